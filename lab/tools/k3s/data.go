// Package data holds the archive that k3s carries. Up to 1.32 its release scripts generate this file;
// later versions have one like it.
package data

import (
	"embed"
	"io/fs"
	"path"
)

//go:embed embed/*.tar.zst
var files embed.FS

// AssetNames gives the archive's name, which is its hash.
func AssetNames() []string {
	names, err := fs.Glob(files, "embed/*")
	if err != nil {
		panic(err)
	}
	for i, name := range names {
		names[i] = path.Base(name)
	}
	return names
}

// Asset gives the archive's content.
func Asset(name string) ([]byte, error) {
	return files.ReadFile(path.Join("embed", name))
}
