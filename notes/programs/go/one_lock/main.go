// The lecture's crawler with the check and the mark under one lock.
package main

import (
	"sync"

	"weft/crawler/site"
)

var (
	mu      sync.Mutex
	fetched = map[string]bool{}
)

func mark(url string) bool {
	mu.Lock()
	defer mu.Unlock()
	if fetched[url] {
		return false
	}
	fetched[url] = true
	return true
}

func crawl(url string, done *sync.WaitGroup) {
	defer done.Done()
	if !mark(url) {
		return
	}
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
