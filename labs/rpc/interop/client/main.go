// A client of the lab's key-value server that has nothing but Go's standard library.
//
//	go run ./client ADDRESS
//
// It ends with 0 if the server answered as it must.
package main

import (
	"errors"
	"fmt"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"strings"
	"sync"
	"time"
)

type (
	getArgs struct {
		Key string `json:"key"`
	}
	putArgs struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	deductArgs struct {
		Key    string `json:"key"`
		Amount uint64 `json:"amount"`
	}

	getReply struct {
		Value *string `json:"value"`
	}
	putReply    struct{}
	appendReply struct {
		Length int `json:"length"`
	}
	deductReply struct {
		Left uint64 `json:"left"`
	}
)

// What a key that nobody has put yet is called.
var fresh = fmt.Sprintf("go-%d", os.Getpid())

func main() {
	if len(os.Args) != 2 {
		fail("the address of the server is missing: client 127.0.0.1:7000")
	}
	// A server that never answers is an answer, too.
	time.AfterFunc(time.Minute, func() { fail("a call has no reply after a minute") })

	server, err := jsonrpc.Dial("tcp", os.Args[1])
	if err != nil {
		fail("%v", err)
	}
	eachMethod(server)
	errorsAreReplies(server)
	manyAtOnce(server)
	if err := server.Close(); err != nil {
		fail("%v", err)
	}
}

func eachMethod(server *rpc.Client) {
	must(get(server, fresh) == nil, "a key that nobody has put has a value")

	call(server, "KV.Put", putArgs{fresh, "1"}, &putReply{})
	must(*get(server, fresh) == "1", "KV.Put put something else")

	var appended appendReply
	call(server, "KV.Append", putArgs{fresh, "0é\n"}, &appended)
	must(appended.Length == 5, "KV.Append says %d bytes", appended.Length)
	must(*get(server, fresh) == "10é\n", "KV.Append appended something else")

	call(server, "KV.Put", putArgs{fresh, "10"}, &putReply{})
	var left deductReply
	call(server, "KV.Deduct", deductArgs{fresh, 3}, &left)
	must(left.Left == 7, "KV.Deduct left %d", left.Left)
	fmt.Println("each of the four methods: ok")
}

// An error is the reply to one call, and the connection goes on.
func errorsAreReplies(server *rpc.Client) {
	refused(server, "KV.Deduct", deductArgs{fresh, 1000}, "7")
	refused(server, "KV.Deduct", deductArgs{fresh + "-none", 1}, "")
	refused(server, "KV.Get", []int{1}, "")
	refused(server, "KV.Increment", getArgs{fresh}, "KV.Increment")
	must(*get(server, fresh) == "7", "a call that was refused has changed something")
	fmt.Println("errors, and a method that is not there: ok")
}

func manyAtOnce(server *rpc.Client) {
	const callers, each = 64, 50
	account := fresh + "-account"
	call(server, "KV.Put", putArgs{account, fmt.Sprint(callers * each)}, &putReply{})
	var done sync.WaitGroup
	var mu sync.Mutex
	seen := map[uint64]bool{}
	for caller := 0; caller < callers; caller++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for turn := 0; turn < each; turn++ {
				var left deductReply
				call(server, "KV.Deduct", deductArgs{account, 1}, &left)
				mu.Lock()
				must(!seen[left.Left], "two calls were told that %d is left", left.Left)
				seen[left.Left] = true
				mu.Unlock()
			}
		}()
	}
	done.Wait()
	must(*get(server, account) == "0", "%s is left of nothing", *get(server, account))
	fmt.Printf("%d calls of %d goroutines on one connection: ok\n", callers*each, callers)
}

func get(server *rpc.Client, key string) *string {
	var reply getReply
	call(server, "KV.Get", getArgs{key}, &reply)
	return reply.Value
}

func call(server *rpc.Client, method string, args, reply any) {
	if err := server.Call(method, args, reply); err != nil {
		fail("%s: %v", method, err)
	}
}

// refused makes a call that the server has to answer with an error, which says at least so much.
func refused(server *rpc.Client, method string, args any, says string) {
	err := server.Call(method, args, nil)
	var answer rpc.ServerError
	must(errors.As(err, &answer), "%s: no error of the server: %v", method, err)
	must(strings.Contains(string(answer), says), "%s: the error does not say %q: %v", method, says, err)
}

func must(holds bool, otherwise string, args ...any) {
	if !holds {
		fail(otherwise, args...)
	}
}

func fail(why string, args ...any) {
	fmt.Fprintf(os.Stderr, "client: "+why+"\n", args...)
	os.Exit(1)
}
