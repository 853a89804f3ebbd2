package main

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func TestNumbersFollowTheLanguage(t *testing.T) {
	items, err := read([]byte("- { name: telescope, price: 12400.75 }"))
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[language.Tag]string{
		language.English: "telescope 12,400.75\n",
		language.German:  "telescope 12.400,75\n",
	} {
		var out strings.Builder
		if write(&out, tag, items); out.String() != want {
			t.Errorf("%s: %q, want %q", tag, out.String(), want)
		}
	}
}
