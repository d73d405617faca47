// SPDX-License-Identifier: Apache-2.0

// log_verify DIR -- a station's log, judged by golang.org/x/mod/sumdb alone; TAP on stdout.
//
// DIR has: vkey; files, what `log files` wrote; old, an earlier checkpoint; N.tlog-proof and N.leaf, what `log proof` wrote.
// Checkpoints are opened with sumdb/note, inclusion is checked with tlog.CheckRecord, consistency is proven from our tiles by
// Go's own reader of tiles and checked with tlog.CheckTree. Of each, a tampered one must be refused.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var ran, bad int

func check(good bool, words string) {
	ran++
	if !good {
		bad++
		fmt.Print("not ")
	}
	fmt.Printf("ok %d - %s\n", ran, words)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func read(path string) []byte {
	b, err := os.ReadFile(path)
	must(err)
	return b
}

func open(text []byte, v note.Verifier) (tlog.Tree, error) {
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, err
	}
	line := strings.Split(n.Text, "\n")
	size, err := strconv.ParseInt(line[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(line[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

// Tiles as C2SP names them: tile/LEVEL/INDEX[.p/WIDTH].
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	var ret [][]byte
	for _, w := range want {
		path := strings.Replace(w.Path(), "tile/8/", "tile/", 1)
		b, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil && w.W < 256 {
			w.W = 256
			b, err = os.ReadFile(filepath.Join(t.dir, strings.Replace(w.Path(), "tile/8/", "tile/", 1)))
		}
		if err != nil {
			return nil, err
		}
		ret = append(ret, b)
	}
	return ret, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func inclusion(dir, name string, v note.Verifier) {
	parts := strings.SplitN(string(read(filepath.Join(dir, name+".tlog-proof"))), "\n\n", 2)
	line := strings.Split(parts[0], "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(line[1], "index "), 10, 64)
	must(err)
	var proof tlog.RecordProof
	for _, text := range line[2:] {
		var h tlog.Hash
		b, err := base64.StdEncoding.DecodeString(text)
		must(err)
		copy(h[:], b)
		proof = append(proof, h)
	}
	tree, err := open([]byte(parts[1]), v)
	must(err)
	leaf := read(filepath.Join(dir, name+".leaf"))
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)) == nil, "leaf "+line[1]+" is included")
	leaf[len(leaf)/2] ^= 1
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)) != nil, "a changed one is not")
}

func main() {
	dir := os.Args[1]
	v, err := note.NewVerifier(strings.TrimSpace(string(read(filepath.Join(dir, "vkey")))))
	must(err)
	last := read(filepath.Join(dir, "files", "checkpoint"))
	now, err := open(last, v)
	check(err == nil, "the last checkpoint is signed by the log's key")
	old, err := open(read(filepath.Join(dir, "old")), v)
	check(err == nil && old.N < now.N, "so is an earlier one")
	changed := append([]byte{}, last...)
	changed[len(changed)-10] ^= 1
	_, err = open(changed, v)
	check(err != nil, "a changed signature is refused")
	proofs, err := filepath.Glob(filepath.Join(dir, "*.tlog-proof"))
	must(err)
	for _, p := range proofs {
		inclusion(dir, strings.TrimSuffix(filepath.Base(p), ".tlog-proof"), v)
	}
	reader := tlog.TileHashReader(now, tiles{filepath.Join(dir, "files")})
	grown, err := tlog.ProveTree(now.N, old.N, reader)
	check(err == nil, "Go's reader takes our tiles, and finds them to be those of the checkpoint")
	check(err == nil && tlog.CheckTree(grown, now.N, now.Hash, old.N, old.Hash) == nil, "the log has only grown")
	old.Hash[3] ^= 1
	check(tlog.CheckTree(grown, now.N, now.Hash, old.N, old.Hash) != nil, "another past is refused")
	fmt.Printf("1..%d\n", ran)
	if bad > 0 {
		os.Exit(1)
	}
}
