package report

import (
	"reflect"
	"testing"
)

func TestWords(t *testing.T) {
	got := Words("To be, or not to be")
	want := []Count{{"be", 2}, {"to", 2}, {"not", 1}, {"or", 1}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("want %v, got %v", want, got)
	}
}
