// A runtime on libcni, called and behaving as cnitool, which Debian does not have.
package main

import (
	"context"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containernetworking/cni/libcni"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(verb, name, netns string) error {
	netns, err := filepath.Abs(netns)
	if err != nil {
		return err
	}
	list, err := libcni.LoadNetworkConf(os.Getenv("NETCONFPATH"), name)
	if err != nil {
		return err
	}
	runtime := &libcni.RuntimeConf{
		ContainerID: fmt.Sprintf("cnitool-%x", sha512.Sum512([]byte(netns)))[:len("cnitool-")+20],
		NetNS:       netns,
		IfName:      os.Getenv("CNI_IFNAME"),
	}
	if pairs := os.Getenv("CNI_ARGS"); pairs != "" {
		for _, pair := range strings.Split(pairs, ";") {
			key, value, _ := strings.Cut(pair, "=")
			runtime.Args = append(runtime.Args, [2]string{key, value})
		}
	}
	if capabilities := os.Getenv("CAP_ARGS"); capabilities != "" {
		if err := json.Unmarshal([]byte(capabilities), &runtime.CapabilityArgs); err != nil {
			return err
		}
	}
	cni := libcni.NewCNIConfig(filepath.SplitList(os.Getenv("CNI_PATH")), nil)
	switch verb {
	case "add":
		result, err := cni.AddNetworkList(context.Background(), list, runtime)
		if err != nil {
			return err
		}
		return result.Print()
	case "check":
		return cni.CheckNetworkList(context.Background(), list, runtime)
	case "del":
		return cni.DelNetworkList(context.Background(), list, runtime)
	case "gc":
		return cni.GCNetworkList(context.Background(), list, nil)
	case "status":
		return cni.GetStatusNetworkList(context.Background(), list)
	}
	return fmt.Errorf("there is no verb %s", verb)
}
