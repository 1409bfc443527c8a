# Short names for what .ci/run does in full.
.PHONY: check race crash fuzz golden bench

check: ## format, vet, every test
	@test -z "$$(gofmt -l cmd config planner executor state vendors)" || (gofmt -l cmd config planner executor state vendors; exit 1)
	go vet ./...
	go test ./...

race: ## every test with the race detector
	go test -race ./...

crash: ## many random worlds, and kills of real processes
	go test ./executor -run TestApply_randomWorlds -rapid.checks=100000 -rapid.nofailfile
	go test ./cmd/clitest/kills ./cmd/clitest/clouds -run 'TestKill|TestStop|TestR2_kill|TestS3_kill|TestS3_many' -every

fuzz: ## one target for a while: make fuzz PACKAGE=./config TARGET=FuzzLoad
	go test $(PACKAGE) -run '^$$' -fuzz '^$(TARGET)$$' -fuzztime 60s -fuzzminimizetime 20x

golden: ## write what commands print into scripts and testdata/golden, then look at git diff
	go test ./cmd/cli -run 'TestScripts|TestReadme|TestHelp_topics' -update
	go test ./cmd/view -update

bench: ## the figures of testdata/bench
	go test -run '^$$' -bench . -benchmem ./config ./planner ./state/bolt ./state/s3 ./executor
