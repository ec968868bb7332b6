// A key-value server that has nothing but Go's standard library, for clients of the lab.
//
//	go run ./server
//
// It prints its address, and serves until it is killed. To it, a call that is tried again is a new call: it does not know the
// member `call` of a request.
package main

import (
	"fmt"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"strconv"
	"sync"
)

// GetArgs is the argument of KV.Get.
type GetArgs struct{ Key string }

// PutArgs is the argument of KV.Put and KV.Append.
type PutArgs struct{ Key, Value string }

// DeductArgs is the argument of KV.Deduct.
type DeductArgs struct {
	Key    string
	Amount uint64
}

// GetReply has no value if there is no such key.
type GetReply struct {
	Value *string `json:"value"`
}

// PutReply is empty.
type PutReply struct{}

// AppendReply says how long the value is now.
type AppendReply struct {
	Length int `json:"length"`
}

// DeductReply says what is left.
type DeductReply struct {
	Left uint64 `json:"left"`
}

// KV is the lecture's key-value server, with one call more.
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

// Put puts a value under a key.
func (kv *KV) Put(args PutArgs, _ *PutReply) error {
	kv.mu.Lock()
	defer kv.mu.Unlock()
	kv.values[args.Key] = args.Value
	return nil
}

// Append puts a value behind what is under a key.
func (kv *KV) Append(args PutArgs, reply *AppendReply) error {
	kv.mu.Lock()
	defer kv.mu.Unlock()
	kv.values[args.Key] += args.Value
	reply.Length = len(kv.values[args.Key])
	return nil
}

// Deduct takes an amount from the number under a key, if it is enough.
func (kv *KV) Deduct(args DeductArgs, reply *DeductReply) error {
	kv.mu.Lock()
	defer kv.mu.Unlock()
	balance, err := strconv.ParseUint(kv.values[args.Key], 10, 64)
	if err != nil {
		return fmt.Errorf("there is no balance")
	}
	if balance < args.Amount {
		return fmt.Errorf("the balance is only %d", balance)
	}
	reply.Left = balance - args.Amount
	kv.values[args.Key] = strconv.FormatUint(reply.Left, 10)
	return nil
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func serve() error {
	if err := rpc.Register(&KV{values: map[string]string{}}); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go jsonrpc.ServeConn(conn)
	}
}
