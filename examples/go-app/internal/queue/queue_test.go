package queue

import (
	"errors"
	"testing"
)

func TestOrder(t *testing.T) {
	q := New(2)
	for _, text := range []string{"a", "b"} {
		if _, err := q.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.Add("c"); !errors.Is(err, ErrFull) {
		t.Fatalf("want ErrFull, got %v", err)
	}
	for _, want := range []string{"a", "b"} {
		if job, ok := q.Take(); !ok || job.Text != want {
			t.Fatalf("want %q, got %q (%v)", want, job.Text, ok)
		}
	}
	if _, ok := q.Take(); ok {
		t.Fatal("the queue should be empty")
	}
}
