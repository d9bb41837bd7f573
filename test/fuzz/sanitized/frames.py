"""A client of the service that sends whatever it is told to, a connection each.

usage: frames.py SOCKET [HEX:COUNT]...

Sends the bytes with COUNT descriptors, which alternate between a network namespace and a file; prints the answers.
"""

import array, os, socket, sys

path, *frames = sys.argv[1:]
for frame in frames:
    text, count = frame.split(":")
    service = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    service.connect(path)
    files = [os.open(["/run/netns/c1", "/etc/passwd"][i % 2], os.O_RDONLY) for i in range(int(count))]
    passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
    service.sendmsg([bytes.fromhex(text)], passed)
    service.settimeout(30)
    print(service.recv(65536).decode())
    service.close()
    for file in files:
        os.close(file)
