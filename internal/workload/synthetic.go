package workload

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Synthetic makes prompts of an exact length. They are words at random, different from the first one on, so that no
// prefix cache finds two alike. Equal seeds make equal prompts.
type Synthetic struct {
	rng    *rand.Rand
	tokens func(string) int
}

// NewSynthetic measures prompts with the given counter of tokens; nil counts words.
func NewSynthetic(tokens func(string) int, seed uint64) *Synthetic {
	return &Synthetic{rand.New(rand.NewPCG(seed, 0)), tokens}
}

// attempts bounds the search for one prompt. A counter under which most words cost one token needs a handful.
const attempts = 1000

// Prompt makes the next prompt. It fails where the counter gives no text the wanted length.
//
// The text is measured as a whole each time: counts of words do not add up under a real tokenizer, and some add tokens
// of their own. A miss drops words from the end, or draws further ones, as many as the miss is worth at the mean cost so
// far. Dropping now and then one or two more is what ends the search: the words drawn in their place are others.
func (s *Synthetic) Prompt(tokens int) (string, error) {
	if tokens <= 0 {
		return "", nil
	}
	words := s.draw(nil, tokens)
	if s.tokens == nil {
		return strings.Join(words, " "), nil
	}
	var have int
	for range attempts {
		text := strings.Join(words, " ")
		if have = s.tokens(text); have == tokens {
			return text, nil
		}
		step := max(1, abs(tokens-have)*len(words)/max(1, have))
		if have < tokens {
			words = s.draw(words, step)
		} else {
			words = s.draw(words[:max(0, len(words)-step-s.rng.IntN(3))], 0)
		}
	}
	return "", fmt.Errorf("no prompt of exactly %d tokens: the token counter says %d for the last of %d tries", tokens, have, attempts)
}

// draw appends words; there is always one.
func (s *Synthetic) draw(words []string, n int) []string {
	for range max(n, 1-len(words)) {
		words = append(words, vocabulary[s.rng.IntN(len(vocabulary))])
	}
	return words
}

func abs(n int) int { return max(n, -n) }

// vocabulary is plain words, which the tokenizers of language models mostly know as one token each.
var vocabulary = strings.Fields(`
	able about above across act add after again age air all allow along also always among anger animal answer appear
	apple area arm army around arrive art ask author away baby back bad ball bank base basic bear beat beauty bed begin
	behind believe bell best better big bird black block blood blue board boat body bone book born both bottom bought
	bowl box bread break bridge bright bring broad brother brown build burn busy buy call calm camp capital captain car
	card care carry case cat catch cause cell center century certain chair chance change charge chart check child choose
	church circle city claim class clean clear climb clock close cloth cloud coast coat cold collect colony color column
	come common company compare complete condition connect consider contain continue control cook cool copy corn corner
	correct cost cotton could count country course cover cow create crop cross crowd current cut dance danger dark day
	dead deal dear death decide deep degree depend describe desert design develop dictionary differ difficult direct
	discuss distant divide doctor dog dollar door double down draw dream dress drink drive drop dry duck during each ear
	early earth ease east eat edge effect egg eight either electric element else end enemy energy engine enough enter
	equal especially even evening event ever every exact example except excite exercise expect experience experiment eye
	face fact fair fall family famous far farm fast fat father favor fear feed feel feet fell few field fig fight figure
	fill final find fine finger finish fire first fish fit five flat floor flow flower fly follow food foot force forest
	form forward found four fraction free fresh friend from front fruit full fun game garden gas gather general gentle
	glad glass gold good govern grand grass gray great green ground group grow guess guide gun hair half hand happen
	happy hard hat head hear heart heat heavy help high hill history hold hole home hope horse hot hour house huge human
`)
