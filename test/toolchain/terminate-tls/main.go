// Terminates TLS in front of a server, as the load balancers of object stores do: with records of 16 KiB, where servers that
// write to TLS themselves may send 4 KiB.
//
//	terminate-tls LISTEN TARGET CERT KEY
package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"os"
)

func main() {
	listen, target := os.Args[1], os.Args[2]
	certificate, err := tls.LoadX509KeyPair(os.Args[3], os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := tls.Listen("tcp", listen, &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		log.Fatal(err)
	}
	for {
		near, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go join(near.(*tls.Conn), target)
	}
}

func join(near *tls.Conn, target string) {
	defer near.Close()
	far, err := net.Dial("tcp", target)
	if err != nil {
		log.Print(err)
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, near)
		far.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(near, far)
	near.CloseWrite()
}
