// Parses Dockerfiles with BuildKit's own parser: one JSON string a line on standard input, one JSON object a line on
// standard output.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type instruction struct {
	Keyword  string   `json:"keyword"`
	Flags    []string `json:"flags"`
	Original string   `json:"original"`
	EndLine  int      `json:"endLine"`
	Heredocs []string `json:"heredocs"`
}

type result struct {
	Error        string        `json:"error,omitempty"`
	Escape       string        `json:"escape"`
	Instructions []instruction `json:"instructions"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			panic(err)
		}
		if err := out.Encode(parse(text)); err != nil {
			panic(err)
		}
	}
}

func parse(text string) result {
	parsed, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return result{Error: err.Error()}
	}
	r := result{Escape: string(parsed.EscapeToken), Instructions: []instruction{}}
	for _, node := range parsed.AST.Children {
		each := instruction{
			Keyword: strings.ToUpper(node.Value), Flags: append([]string{}, node.Flags...),
			Original: node.Original, EndLine: node.EndLine, Heredocs: []string{},
		}
		for _, heredoc := range node.Heredocs {
			each.Heredocs = append(each.Heredocs, heredoc.Name, heredoc.Content)
		}
		r.Instructions = append(r.Instructions, each)
	}
	return r
}
