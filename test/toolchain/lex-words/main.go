// Expands words with BuildKit's own shell.Lex: a JSON object a line on standard input, one a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

type request struct {
	Word       string   `json:"word"`
	Escape     string   `json:"escape"`
	Env        []string `json:"env"`
	IsRaw      bool     `json:"isRaw"`
	KeepsUnset bool     `json:"keepsUnset"`
}

type result struct {
	Text  *string  `json:"text"`
	Words []string `json:"words"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var each request
		if err := json.Unmarshal(lines.Bytes(), &each); err != nil {
			panic(err)
		}
		lex := shell.NewLex([]rune(each.Escape)[0])
		lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = each.IsRaw, each.IsRaw, each.KeepsUnset
		expanded, err := lex.ProcessWordWithMatches(each.Word, shell.EnvsFromSlice(each.Env))
		answer := result{Words: []string{}}
		if err == nil {
			answer.Text = &expanded.Result
			answer.Words = append(answer.Words, expanded.Words...)
		}
		if err := out.Encode(answer); err != nil {
			panic(err)
		}
	}
}
