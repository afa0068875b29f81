package sim

import (
	"hash/fnv"
	"strings"
)

// vocabulary is what the server says. Every word is one token, on its way out and on its way in, so lengths are exact:
// a text has as many tokens as strings.Fields finds in it.
var vocabulary = strings.Fields(`
	the river runs north past an old mill where grain was once ground by hand
	each stone keeps its own small warmth after sunset while swallows cross low water
	far below town lights begin one by one and boats return without hurry or noise
	someone opens a window then closes it again because evening air smells of rain
	on quiet days you can hear trains long before they reach our bridge`)

// words is the endless text that one request is answered with: a walk through the vocabulary.
type words struct{ at, stride uint64 }

func newWords(seed uint64, key string) words {
	h := hash(key) ^ seed
	// An odd stride below the vocabulary's length makes neighbours differ.
	return words{at: h, stride: 1 + 2*(h>>32%16)}
}

// append adds the next n tokens, each as a space and a word.
func (w *words) append(text []byte, n int) []byte {
	for range n {
		text = append(text, ' ')
		text = append(text, vocabulary[w.at%uint64(len(vocabulary))]...)
		w.at += w.stride
	}
	return text
}

const vocabularySize = 32000

// tokenID is the id of a word: the same word always has the same.
func tokenID(word string) int {
	h := fnv.New32a()
	h.Write([]byte(word))
	return int(h.Sum32() % vocabularySize)
}

// prefixOf names the full blocks of a prompt, each with all that came before it.
func prefixOf(prompt []string, block int) []uint64 {
	h := fnv.New64a()
	ids := make([]uint64, 0, len(prompt)/block)
	for i, word := range prompt {
		h.Write([]byte(word))
		h.Write([]byte{' '})
		if (i+1)%block == 0 {
			ids = append(ids, h.Sum64())
		}
	}
	return ids
}
