package onepassword

import (
	"slices"
	"strconv"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

// fromSDK converts an item.
func fromSDK(x sdk.Item) item {
	out := item{id: x.ID, title: x.Title, version: strconv.FormatUint(uint64(x.Version), 10),
		updatedAt: x.UpdatedAt.UTC(), tags: x.Tags, whole: func() any { return x }}
	for _, f := range x.Fields {
		in := ""
		if f.SectionID != nil {
			in = *f.SectionID
		}
		out.fields = append(out.fields,
			field{id: f.ID, section: in, label: f.Title, concealed: f.FieldType == sdk.ItemFieldTypeConcealed,
				value: vendors.NewSecret(f.Value)})
	}
	return out
}

// toSDK returns a new item.
func toSDK(vault string, e edit) sdk.ItemCreateParams {
	x := applySDK(sdk.Item{}, e)
	return sdk.ItemCreateParams{Category: sdk.ItemCategoryAPICredentials, VaultID: vault, Title: x.Title,
		Fields: x.Fields, Sections: x.Sections, Tags: x.Tags}
}

// applySDK returns the item after an edit. It does not change its argument.
func applySDK(x sdk.Item, e edit) sdk.Item {
	x.Title = e.title
	if e.tag != "" && !slices.Contains(x.Tags, e.tag) {
		x.Tags = append(slices.Clone(x.Tags), e.tag)
	}
	x.Sections, x.Fields = slices.Clone(x.Sections), slices.Clone(x.Fields)
	for _, want := range e.fields {
		have := fromSDK(x).fields
		i := place(have, want)
		switch {
		case i >= 0 && want.value.IsZero() && !want.keep:
			x.Fields = slices.Delete(x.Fields, i, i+1)
		case i >= 0:
			changeSDKField(&x.Fields[i], have[i], want)
			x.Sections = withSection(x.Sections, e.sections, placed(have[i], want))
		case !want.value.IsZero():
			x.Fields = append(x.Fields, newSDKField(want))
			x.Sections = withSection(x.Sections, e.sections, want.section)
		}
	}
	return x
}

func newSDKField(want field) sdk.ItemField {
	in := want.section
	return sdk.ItemField{ID: want.id, Title: want.label, SectionID: &in, FieldType: sdkType(want),
		Value: want.value.Reveal()}
}

func sdkType(f field) sdk.ItemFieldType {
	if f.concealed {
		return sdk.ItemFieldTypeConcealed
	}
	return sdk.ItemFieldTypeText
}

// changeSDKField changes a field as an edit says. It keeps the type, unless the field is a
// secret that is visible.
func changeSDKField(f *sdk.ItemField, have, want field) {
	f.Title = want.label
	if !want.keep {
		f.Value = want.value.Reveal()
	}
	if shows(have, want) {
		f.FieldType = sdkType(want)
	}
	if in := placed(have, want); in != have.section {
		f.SectionID = &in
	}
}

// withSection adds the section with an id, unless it is already there.
func withSection(list []sdk.ItemSection, known []section, id string) []sdk.ItemSection {
	if slices.ContainsFunc(list, func(s sdk.ItemSection) bool { return s.ID == id }) {
		return list
	}
	for _, s := range known {
		if s.id == id {
			list = append(list, sdk.ItemSection{ID: s.id, Title: s.title})
		}
	}
	return list
}
