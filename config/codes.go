package config

// Kind is one kind of fault: a stable code and the constant phrase that heads
// every diagnostic of the kind.
type Kind struct{ Code, Summary string }

// The kinds of fault. A code is never given to another kind, also when its own
// kind is no longer used.
var (
	// The file or folder to read is not there.
	missingFile = Kind{"BH1001", "Configuration not found"}
	// A file or folder is there and cannot be read.
	unreadableFile = Kind{"BH1002", "Configuration cannot be read"}
	// The text is no HCL.
	invalidSyntax = Kind{"BH1003", "Invalid syntax"}
	// A block of a type that is not known at its place.
	unknownBlock = Kind{"BH1004", "Unknown block"}
	// An attribute that is not known at its place.
	unknownAttribute = Kind{"BH1005", "Unknown attribute"}
	// A block with too many labels, too few, or a label that is no name.
	invalidLabels = Kind{"BH1006", "Invalid block labels"}
	// An attribute or a block that must be there and is not.
	missingAttribute = Kind{"BH1007", "Missing attribute"}
	// Two blocks that declare the same thing.
	duplicateBlock = Kind{"BH1008", "Duplicate declaration"}
	// One attribute, or one local, set twice.
	duplicateAttribute = Kind{"BH1009", "Duplicate attribute"}
	// A value of the wrong type.
	wrongType = Kind{"BH1010", "Wrong type of value"}
	// A value of the right type that is not among those that are allowed.
	invalidValue = Kind{"BH1011", "Invalid value"}
	// An expression that cannot be evaluated.
	invalidExpression = Kind{"BH1012", "Expression cannot be evaluated"}
	// A reference to a variable, local or other name that is not declared.
	unknownReference = Kind{"BH1013", "Reference to something undeclared"}
	// A call to a function that does not exist.
	unknownFunction = Kind{"BH1014", "Unknown function"}
	// Locals that refer to each other in a circle.
	localCycle = Kind{"BH1015", "Locals refer to each other in a circle"}
	// A length of time that cannot be understood or does not fit.
	invalidDuration = Kind{"BH1016", "Invalid duration"}
	// A file that bh does not read, whatever is in it.
	refusedFile = Kind{"BH1017", "File is not read"}
	// Two keys of a map or of data that are the same, or look the same.
	duplicateKey = Kind{"BH1018", "Two keys are the same"}
	// A file that is not UTF-8 text.
	wrongEncoding = Kind{"BH1019", "File is not UTF-8 text"}

	// A required variable without a value.
	missingVariable = Kind{"BH1020", "Missing value for a variable"}
	// A value for a variable that is not declared.
	undeclaredVariable = Kind{"BH1021", "Value for an undeclared variable"}
	// A value that does not fit the variable's type.
	invalidVariable = Kind{"BH1022", "Invalid value for a variable"}
	// A value that a validation block of its variable refuses.
	failedValidation = Kind{"BH1023", "Value refused by the variable's validation"}
	// A type that is no type.
	invalidType = Kind{"BH1024", "Invalid type"}
	// The running bh is not one that the file asks for.
	unsupportedVersion = Kind{"BH1025", "This version of bh is not supported"}
	// A state backend that this build does not have.
	unknownBackend = Kind{"BH1026", "Unknown kind of state"}
	// An env() of a variable that is not set.
	unsetEnvironment = Kind{"BH1027", "Variable of the environment is not set"}
	// An expression that makes more than bh keeps in memory.
	tooLarge = Kind{"BH1028", "Value is too large"}
	// What stands for the errors of a file beyond those that are reported.
	moreFaults = Kind{"BH1029", "More errors"}

	// A cloud or secrets block for a vendor that does not exist.
	unknownVendor = Kind{"BH1030", "Unknown vendor"}
	// A project without a cloud or secrets block that it could use.
	missingConnection = Kind{"BH1031", "No connection to use"}
	// A project that could use several blocks and names none.
	ambiguousConnection = Kind{"BH1032", "Several connections to choose from"}
	// A project that names a cloud or secrets block that is not declared.
	unknownConnection = Kind{"BH1033", "Unknown connection"}
	// A setting that the vendor refuses.
	invalidSetting = Kind{"BH1034", "Setting refused by the vendor's rules"}

	// A secret that is written in the file.
	literalSecret = Kind{"BH1040", "Secret written in the file"}
	// A sensitive value where it would be shown.
	shownSecret = Kind{"BH1041", "Sensitive value would be shown"}
	// A reference to a store that no secrets block opens.
	unknownScheme = Kind{"BH1042", "Reference to an unknown secret store"}
	// A secret without any text.
	emptySecret = Kind{"BH1043", "Secret is empty"}
	// A fault that depends on the value of a secret. One alone is reported: many of them,
	// each for another question about the value, would tell what it is.
	secretFault = Kind{"BH1044", "Secret does not fit where it is used"}

	// A for_each over something that it cannot go over.
	invalidForEach = Kind{"BH1050", "Invalid for_each"}
	// A bucket that the vendor's rules refuse.
	invalidBucket = Kind{"BH1051", "Bucket refused by the vendor's rules"}
	// A credential that the vendor's rules refuse.
	invalidCredential = Kind{"BH1052", "Credential refused by the vendor's rules"}
	// An item title that the store's rules refuse.
	invalidItemTitle = Kind{"BH1053", "Item title refused by the vendor's rules"}
	// Two projects with one bucket.
	sharedBucket = Kind{"BH1054", "Two projects have the same bucket"}
	// Two projects with one item.
	sharedItem = Kind{"BH1055", "Two projects have the same item"}
	// An attribute that the project's cloud does not know.
	unsupportedAttribute = Kind{"BH1056", "Attribute not supported by the cloud"}
	// An attribute that means nothing for keys that someone brings.
	needlessAttribute = Kind{"BH1057", "Attribute without effect"}
	// Credentials that expire before their successors are in use.
	earlyExpiry = Kind{"BH1058", "Credentials expire before the rotation ends"}

	// A moved, removed or import block without a proper address.
	invalidAddress = Kind{"BH1060", "Invalid address"}
	// moved blocks that contradict each other or the rest.
	invalidMove = Kind{"BH1061", "Moves contradict each other"}
	// Something removed that is still declared.
	removedDeclared = Kind{"BH1062", "Removed project is still declared"}
	// An import into a project that is not declared.
	importUndeclared = Kind{"BH1063", "Import into an undeclared project"}
	// An import that does not fit its project.
	invalidImport = Kind{"BH1064", "Import does not fit its project"}

	// Two rules of a bucket with one id, or two of its domains with one name.
	duplicateRule = Kind{"BH1070", "Two rules have the same name"}
	// A rule that does nothing, or two things that exclude each other.
	contradictoryRule = Kind{"BH1071", "Rule does nothing, or contradicts itself"}
	// More rules or domains than a bucket can have.
	tooManyRules = Kind{"BH1072", "Too many rules"}
	// A date that cannot be understood.
	invalidDate = Kind{"BH1073", "Invalid date"}
	// Two projects whose buckets are to be public under one domain.
	sharedDomain = Kind{"BH1074", "Two projects have the same domain"}

	// A project or an operation for which the condition of a policy does not hold.
	brokenPolicy = Kind{"BH1080", "A policy does not allow this"}
)

// Kinds returns every kind of fault that Load, Format and the policies report, by code.
func Kinds() []Kind {
	return []Kind{
		missingFile, unreadableFile, invalidSyntax, unknownBlock, unknownAttribute, invalidLabels, missingAttribute,
		duplicateBlock, duplicateAttribute, wrongType, invalidValue, invalidExpression, unknownReference, unknownFunction,
		localCycle, invalidDuration, refusedFile, duplicateKey, wrongEncoding,
		missingVariable, undeclaredVariable, invalidVariable, failedValidation, invalidType,
		unsupportedVersion, unknownBackend, unsetEnvironment, tooLarge, moreFaults,
		unknownVendor, missingConnection, ambiguousConnection, unknownConnection, invalidSetting,
		literalSecret, shownSecret, unknownScheme, emptySecret, secretFault,
		invalidForEach, invalidBucket, invalidCredential, invalidItemTitle, sharedBucket, sharedItem, unsupportedAttribute,
		needlessAttribute, earlyExpiry,
		invalidAddress, invalidMove, removedDeclared, importUndeclared, invalidImport,
		duplicateRule, contradictoryRule, tooManyRules, invalidDate, sharedDomain,
		brokenPolicy,
	}
}
