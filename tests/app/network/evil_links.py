"""Links that lead where nobody from outside may go, and the names that the tests' own world has.

Each must be refused without one connection to anything that is not public.
"""

from urllib.parse import quote

PUBLIC_V4, PUBLIC_V6 = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
PRIVATE = {
    "loopback": "127.0.0.1",
    "loopback-other": "127.8.9.1",
    "ten": "10.0.0.5",
    "one-seven-two": "172.16.3.4",
    "one-nine-two": "192.168.1.1",
    "cloud-metadata": "169.254.169.254",
    "carrier": "100.64.0.1",
    "unspecified": "0.0.0.0",
    "this-network": "0.1.2.3",
    "benchmarking": "198.18.0.1",
    "documentation": "192.0.2.7",
    "protocols": "192.0.0.8",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
}
PRIVATE_V6 = {
    "v6-loopback": "::1",
    "v6-unspecified": "::",
    "v6-unique-local": "fd00::1",
    "v6-link-local": "fe80::1",
    "v6-site-local": "fec0::1",
    "v6-multicast": "ff02::1",
    "v6-documentation": "2001:db8::1",
    "v6-documentation-new": "3fff::1",
    "v6-discard": "100::1",
    "v6-unknown": "4000::1",
    "v6-mapped": "::ffff:127.0.0.1",
    "v6-mapped-hex": "::ffff:a00:5",
    "v6-translated": "::ffff:0:127.0.0.1",
    "v6-compatible": "::127.0.0.1",
    "v6-6to4": "2002:7f00:1::",
    "v6-6to4-ten": "2002:a00:5::1",
    "v6-teredo": "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "v6-nat64": "64:ff9b::127.0.0.1",
    "v6-nat64-metadata": "64:ff9b::a9fe:a9fe",
    "v6-nat64-local": "64:ff9b:1::7f00:1",
    "v6-isatap": "2606:2800:220:1:0:5efe:10.0.0.5",
    "v6-isatap-global-bit": "2606:2800:220:1:200:5efe:127.0.0.1",
}
WRITTEN_ODDLY = {
    "decimal": "http://2130706433/",
    "decimal-ten": "http://167772165/",
    "decimal-overflowing": "http://4294967297/",
    "octal": "http://0177.0.0.1/",
    "octal-whole": "http://017700000001/",
    "octal-padded": "http://00000177.0.0.01/",
    "hex": "http://0x7f000001/",
    "hex-dotted": "http://0x7f.0x0.0x0.0x1/",
    "hex-mixed": "http://0x7f.0.0.1/",
    "hex-upper": "http://0X7F.1/",
    "short-one-dot": "http://127.1/",
    "short-two-dots": "http://127.0.1/",
    "short-zero": "http://0/",
    "leading-zeros": "http://127.000.000.001/",
    "five-parts": "http://127.0.0.1.1/",
    "trailing-dot-address": "http://127.0.0.1./",
    "trailing-dot-name": "http://localhost./",
    "two-trailing-dots": "http://localhost../",
    "localhost": "http://localhost/",
    "localhost-upper": "http://LOCALHOST/",
    "localhost-below": "http://anything.localhost/",
    "fullwidth-digits": "http://１２７.０.０.１/",
    "fullwidth-dots": "http://127。0。0。1/",
    "halfwidth-dots": "http://127｡0｡0｡1/",
    "circled-digits": "http://①②⑦.⓪.⓪.①/",
    "arabic-digits": "http://١٢٧.٠.٠.١/",
    "superscript-digits": "http://¹²⁷.0.0.1/",
    "fullwidth-localhost": "http://ｌｏｃａｌｈｏｓｔ/",
    "soft-hyphen": "http://local\u00adhost/",
    "zero-width": "http://local\u200bhost/",
    "percent-host": "http://%31%32%37.0.0.1/",
    "percent-dot": "http://127%2e0%2e0%2e1/",
    "percent-localhost": "http://loc%61lhost/",
    "zone": "http://[fe80::1%25lo]/",
    "zone-bare": "http://[fe80::1%lo]/",
    "zone-loopback": "http://[::1%25lo]/",
    "unclosed-bracket": "http://[::1/",
    "bracketed-v4": "http://[127.0.0.1]/",
    "bare-v6": "http://::1/",
    "future-version": "http://[v1.127.0.0.1]/",
    "userinfo": "http://media.example@127.0.0.1/",
    "userinfo-password": "http://media.example:80@10.0.0.5/",
    "userinfo-empty": "http://@127.0.0.1/",
    "userinfo-twice": "http://a@media.example@127.0.0.1/",
    "userinfo-fragment": "http://127.0.0.1#@media.example/",
    "userinfo-backslash": "http://media.example\\@127.0.0.1/",
    "backslash": "http:\\\\127.0.0.1\\",
    "backslash-host": "http://127.0.0.1\\.media.example/",
    "question-host": "http://127.0.0.1?.media.example/",
    "no-slashes": "http:127.0.0.1/",
    "one-slash": "http:/127.0.0.1/",
    "three-slashes": "http:///127.0.0.1/",
    "no-host": "http:///",
    "blank-before": " http://127.0.0.1/",
    "blank-within": "http://127.0.0.1 .media.example/",
    "tab-within": "http://127.0.0\t.1/",
    "line-end": "http://media.example/\r\nHost: 127.0.0.1",
    "line-end-host": "http://media.example\r\n@127.0.0.1/",
    "nul": "http://media.example\0.127.0.0.1/",
    "file": "file:///etc/passwd",
    "file-host": "file://127.0.0.1/etc/passwd",
    "ftp": "ftp://127.0.0.1/",
    "gopher": "gopher://127.0.0.1:80/_GET",
    "data": "data:text/html,127.0.0.1",
    "jar": "jar:http://127.0.0.1/!/",
    "unix": "unix:///var/run/docker.sock",
    "dict": "dict://127.0.0.1:11211/stat",
    "ws": "ws://127.0.0.1/",
    "long-s-scheme": "http\u017f://127.0.0.1/",
    "protocol-relative": "//127.0.0.1/",
    "other-port": "http://media.example:8080/",
    "other-port-ssh": "http://media.example:22/",
    "other-port-private": "http://127.0.0.1:6379/",
    "port-overflowing": "http://media.example:65616/",
    "port-unicode": "http://media.example:８０８０/",
    "port-negative": "http://media.example:-80/",
    "port-twice": "http://media.example:80:22/",
}
# name -> addresses; see fetch_world for those whose answers change
NAMES = {
    "media.example": [PUBLIC_V4, PUBLIC_V6],
    "cdn.example": [PUBLIC_V4],
    "six.example": [PUBLIC_V6],
    "mixed.evil.example": [PUBLIC_V4, "10.0.0.5"],
    "mixed-first.evil.example": ["10.0.0.5", PUBLIC_V4],
    "mixed-families.evil.example": [PUBLIC_V4, "::1"],
    "mixed-mapped.evil.example": [PUBLIC_V4, "::ffff:127.0.0.1"],
    "many.evil.example": [f"93.184.{n}.34" for n in range(40)],
    **{f"{name}.evil.example": [address] for name, address in PRIVATE.items()},
    **{f"{name}.evil.example": [address] for name, address in PRIVATE_V6.items()},
}
TO_PRIVATE = {
    "address": "http://10.0.0.5/clip.mp4",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "name": "http://loopback.evil.example/clip.mp4",
    "v6": "http://[::1]/clip.mp4",
    "mapped": "http://[::ffff:10.0.0.5]/clip.mp4",
    "nat64": "http://[64:ff9b::10.0.0.5]/clip.mp4",
    "decimal": "http://167772165/clip.mp4",
    "short": "http://127.1/clip.mp4",
    "relative-authority": "//10.0.0.5/clip.mp4",
    "https": "https://10.0.0.5/clip.mp4",
    "port": "http://media.example:8080/clip.mp4",
    "userinfo": "http://media.example@10.0.0.5/clip.mp4",
    "backslash": "http:\\\\10.0.0.5\\clip.mp4",
    "file": "file:///etc/passwd",
    "twice": "http://cdn.example/to/302?http://10.0.0.5/clip.mp4",
    "control": "http://media.example\x01@10.0.0.5/clip.mp4",
}


def evil_links() -> dict[str, str]:
    """Each by a name of its own."""
    links = {f"written-{name}": url for name, url in WRITTEN_ODDLY.items()}
    links |= {f"address-{name}": f"http://{address}/" for name, address in PRIVATE.items()}
    links |= {f"address-{name}": f"http://[{address}]/" for name, address in PRIVATE_V6.items()}
    links |= {f"name-{n.partition('.')[0]}": f"http://{n}/" for n in NAMES if ".evil." in n}
    links |= {f"tls-{name}": f"https://{address}/" for name, address in PRIVATE.items()}
    for name, target in TO_PRIVATE.items():
        links[f"redirect-{name}"] = f"http://media.example/to/302?{quote(target, safe='')}"
    for status in (301, 303, 307, 308):
        links[f"redirect-{status}"] = f"http://media.example/to/{status}?http://10.0.0.5/clip.mp4"
    links["redirect-from-tls"] = "https://media.example/to/302?http://10.0.0.5/clip.mp4"
    links["answer-changes-on-redirect"] = "http://flip.evil.example/to/302?/clip.mp4"
    links["answer-private-first"] = "http://flip-back.evil.example/clip.mp4"
    links["page-video"] = "http://media.example/page?http://10.0.0.5/clip.mp4"
    links["page-video-name"] = "http://media.example/page?http://ten.evil.example/clip.mp4"
    links["page-video-redirect"] = (
        "http://media.example/page?http://media.example/to/302?http://10.0.0.5/clip.mp4"
    )
    links["page-open-graph"] = "http://media.example/og?http://169.254.169.254/clip.mp4"
    links["page-frame"] = "http://media.example/frame?http://10.0.0.5/embed"
    links["page-refresh"] = "http://media.example/refresh?http://10.0.0.5/clip.mp4"
    links["page-playlist"] = "http://media.example/list.m3u8?http://10.0.0.5/part.ts"
    links["page-file"] = "http://media.example/page?file:///etc/passwd"
    return links
