import { expect, test } from "vitest";
import { parseResolvConf } from "../../ipam/host-local/resolv-conf.ts";

test("name servers are listed in order, however indented", () => {
  expect(parseResolvConf("\n  nameserver 192.0.2.0\n\tnameserver\t192.0.2.1\t# second\n")).toEqual({
    nameservers: ["192.0.2.0", "192.0.2.1"],
  });
});

test("search and options add up, the last domain counts, comments and other lines do not", () => {
  const text = `# generated
    ; nameserver 192.0.2.9
nameserver 2001:db8::53
nameserver
domain example.org
domain example.com
search a.example b.example
search c.example
options ndots:2
options rotate  timeout:1
sortlist 192.0.2.0
#options debug
`;
  expect(parseResolvConf(text)).toEqual({
    nameservers: ["2001:db8::53"],
    domain: "example.com",
    search: ["a.example", "b.example", "c.example"],
    options: ["ndots:2", "rotate", "timeout:1"],
  });
});

test("an empty file says nothing", () => {
  expect(parseResolvConf("\n\n")).toEqual({});
});
