// Go's net/rpc on one loopback connection: how many calls a second, and how long one takes.
//
// The first line that it prints is the address where a server waits for one connection and speaks JSON. Then, for each line `CODEC IN_FLIGHT MILLISECONDS` on standard input, with `gob` or `json` as codec, it prints a line of JSON about calls with Go's own
// client.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"sort"
	"sync"
	"time"
)

// GetArgs is the argument of KV.Get.
type GetArgs struct {
	Key string `json:"key"`
}

// GetReply is its reply.
type GetReply struct {
	Value *string `json:"value"`
}

// KV is a map under a lock, as in the other programs that are measured.
type KV struct {
	mu     sync.Mutex
	values map[string]string
}

// Get gives the value under a key.
func (kv *KV) Get(args GetArgs, reply *GetReply) error {
	kv.mu.Lock()
	defer kv.mu.Unlock()
	if value, ok := kv.values[args.Key]; ok {
		reply.Value = &value
	}
	return nil
}

func main() {
	check(rpc.Register(&KV{values: map[string]string{"a": "1"}}))
	json := func(conn net.Conn) { jsonrpc.ServeConn(conn) }
	gob := func(conn net.Conn) { rpc.ServeConn(conn) }
	fmt.Println(listen(json))
	clients := map[string]*rpc.Client{
		"gob":  rpc.NewClient(dial(listen(gob))),
		"json": jsonrpc.NewClient(dial(listen(json))),
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var codec string
		var inFlight, milliseconds int
		_, err := fmt.Sscan(lines.Text(), &codec, &inFlight, &milliseconds)
		check(err)
		turn(clients[codec], inFlight, time.Duration(milliseconds)*time.Millisecond)
	}
}

// listen serves one connection, and gives the address where it waits for it. Go sets TCP_NODELAY by itself.
func listen(serve func(net.Conn)) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		conn, err := listener.Accept()
		check(err)
		serve(conn)
	}()
	return listener.Addr().String()
}

func dial(address string) net.Conn {
	conn, err := net.Dial("tcp", address)
	check(err)
	return conn
}

func turn(client *rpc.Client, inFlight int, length time.Duration) {
	var done sync.WaitGroup
	times := make([][]time.Duration, inFlight)
	begun := time.Now()
	for caller := range times {
		done.Add(1)
		go func(caller int) {
			defer done.Done()
			for time.Since(begun) < length {
				called := time.Now()
				var reply GetReply
				check(client.Call("KV.Get", GetArgs{"a"}, &reply))
				times[caller] = append(times[caller], time.Since(called))
			}
		}(caller)
	}
	done.Wait()
	took := time.Since(begun)
	var all []time.Duration
	for _, of := range times {
		all = append(all, of...)
	}
	sort.Slice(all, func(a, b int) bool { return all[a] < all[b] })
	check(json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"rate": float64(len(all)) / took.Seconds(),
		"p50":  all[len(all)/2].Seconds(),
		"p99":  all[len(all)*99/100].Seconds(),
	}))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
}
