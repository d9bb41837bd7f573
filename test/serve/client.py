"""A client of the service that sends what no hook would.

usage: client.py USER SOCKET TEXT [PATH...]

Opens the files as root, becomes the user, sends the text with the descriptors of the files, prints the answer.
"""

import array, os, socket, sys

user, path, text, *files = sys.argv[1:]
# O_PATH, for those that cannot be opened without consequences.
opened = [os.open(name[1:], os.O_PATH) if name[0] == "@" else os.open(name, os.O_RDONLY) for name in files]
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
service = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
service.connect(path)
if text != "silence":
    passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", opened))] if opened else []
    service.sendmsg([text.encode()], passed)
print(service.recv(65536).decode())
