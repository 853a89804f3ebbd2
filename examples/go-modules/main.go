// Command prices prints a list of prices, with numbers as the reader's language writes them.
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed prices.yaml
var list []byte

type item struct {
	Name  string  `yaml:"name"`
	Price float64 `yaml:"price"`
}

func main() {
	items, err := read(list)
	if err != nil {
		log.Fatal(err)
	}
	// As de_DE.UTF-8; what is no language is English.
	locale, _, _ := strings.Cut(os.Getenv("LANG"), ".")
	tag, err := language.Parse(locale)
	if err != nil {
		tag = language.English
	}
	write(os.Stdout, tag, items)
}

func read(text []byte) ([]item, error) {
	var items []item
	if err := yaml.Unmarshal(text, &items); err != nil {
		return nil, fmt.Errorf("prices.yaml: %w", err)
	}
	return items, nil
}

func write(w io.Writer, tag language.Tag, items []item) {
	printer := message.NewPrinter(tag)
	for _, item := range items {
		printer.Fprintf(w, "%s %v\n", item.Name, number.Decimal(item.Price, number.Scale(2)))
	}
}
