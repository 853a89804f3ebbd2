// Package report counts words in the texts of jobs.
package report

import (
	"sort"
	"strings"
	"unicode"
)

// Count is a word and how often it was seen.
type Count struct {
	Word  string `json:"word"`
	Times int    `json:"times"`
}

// Words counts the words of a text, the most frequent first.
func Words(text string) []Count {
	times := map[string]int{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		times[word]++
	}
	counts := make([]Count, 0, len(times))
	for word, n := range times {
		counts = append(counts, Count{Word: word, Times: n})
	}
	sort.Slice(counts, func(i, j int) bool {
		if counts[i].Times != counts[j].Times {
			return counts[i].Times > counts[j].Times
		}
		return counts[i].Word < counts[j].Word
	})
	return counts
}
