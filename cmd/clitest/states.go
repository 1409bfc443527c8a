package clitest

// The server of a shared state that tests start takes these keys and has this bucket.
const (
	StatesKeyID  = "stateserver"
	StatesSecret = "state-server-secret"
	StatesBucket = "states"
)

// StatesEnvironment returns variables with the keys of that server, which also keep
// the machine's own AWS settings out.
func StatesEnvironment() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + StatesKeyID, "AWS_SECRET_ACCESS_KEY=" + StatesSecret,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/nowhere", "AWS_SHARED_CREDENTIALS_FILE=/nowhere"}
}
