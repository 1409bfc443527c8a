package onepassword

import (
	"context"
	"fmt"
	"sync"
	_ "unsafe" // for go:linkname

	extism "github.com/extism/go-sdk"
	"github.com/tetratelabs/wazero"
)

// The SDK keeps its core, WebAssembly that takes 2.2 s of CPU and 160 MB to compile, in a
// variable. It creates the core on first use, and has no way to set a cache of compiled code
// (https://github.com/1Password/onepassword-sdk-go/pull/286 would add one). The following names
// refer to that variable and its parts, so that the core can be created earlier, from a cache,
// in 0.1 s and with 70 MB. They match the version of the SDK in go.mod; TestCore_isTheSDKs
// fails if another version differs.

// sdkCore is the variable that the SDK checks before it creates a core.
//
//go:linkname sdkCore github.com/1password/onepassword-sdk-go/internal.core
var sdkCore *extismCore

// extismCore has the layout of the SDK's ExtismCore.
type extismCore struct {
	_      sync.Mutex // the SDK's lock
	plugin *extism.Plugin
}

//go:linkname sdkWASM github.com/1password/onepassword-sdk-go/internal.coreWASM
var sdkWASM []byte

//go:linkname sdkFunctions github.com/1password/onepassword-sdk-go/internal.ImportedFunctions
func sdkFunctions() []extism.HostFunction

//go:linkname sdkHosts github.com/1password/onepassword-sdk-go/internal.allowed1PHosts
func sdkHosts() []string

// starting keeps two stores from starting the core at the same time, which the SDK does not
// prevent.
var starting sync.Mutex

// startCore creates the core from a cache of compiled code in dir, which it fills if it is
// empty. It does nothing if there is a core already. Without a cache, or with one that cannot
// be trusted, the SDK creates its core itself, slowly. The caller holds starting.
func startCore(ctx context.Context, dir string) error {
	if sdkCore != nil || dir == "" {
		return nil
	}
	if err := prepareCache(dir); err != nil {
		return err
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return fmt.Errorf("open the cache of compiled code: %w", err)
	}
	// The core outlives the call that starts it.
	plugin, err := extism.NewPlugin(context.WithoutCancel(ctx),
		extism.Manifest{Wasm: []extism.Wasm{extism.WasmData{Data: sdkWASM}}, AllowedHosts: sdkHosts()},
		extism.PluginConfig{RuntimeConfig: wazero.NewRuntimeConfig().WithCompilationCache(cache)}, sdkFunctions())
	if err != nil {
		return fmt.Errorf("start 1Password's core: %w", err)
	}
	sdkCore = &extismCore{plugin: plugin}
	return nil
}
