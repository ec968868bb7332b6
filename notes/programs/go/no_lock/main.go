// The lecture's crawler with the lock around its map removed.
package main

import (
	"sync"

	"weft/crawler/site"
)

var fetched = map[string]bool{}

func crawl(url string, done *sync.WaitGroup) {
	defer done.Done()
	if fetched[url] {
		return
	}
	fetched[url] = true
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
