// The lecture's crawler with the check under the lock, and the mark under the lock, one after the other.
package main

import (
	"sync"

	"weft/crawler/site"
)

var (
	mu      sync.Mutex
	fetched = map[string]bool{}
)

func isFetched(url string) bool {
	mu.Lock()
	defer mu.Unlock()
	return fetched[url]
}

func mark(url string) {
	mu.Lock()
	defer mu.Unlock()
	fetched[url] = true
}

func crawl(url string, done *sync.WaitGroup) {
	defer done.Done()
	if isFetched(url) {
		return
	}
	mark(url)
	for _, link := range site.Fetch(url) {
		done.Add(1)
		go crawl(link, done)
	}
}

func main() {
	var done sync.WaitGroup
	done.Add(1)
	crawl("/", &done)
	done.Wait()
	site.Report()
}
