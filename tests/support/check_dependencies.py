"""Holds the bans, licences and sources of deny.toml without cargo-deny and without the internet.

Reads `cargo metadata`; needs Python 3.11 (tomllib). Advisories are not looked up here.
"""

import json
import re
import subprocess
import sys
import tomllib


def version(text):
    """Numbers of a version; what follows a hyphen does not matter for our bans."""
    return tuple(int(number) for number in re.split(r"[-+]", text)[0].split("."))


def is_banned(package, ban):
    name, _, below = ban["crate"].partition("@<")
    if package["name"] != name:
        return False
    return not below or version(package["version"]) < version(below)


def is_allowed(expression, allowed):
    """Whether an SPDX expression can be met: OR of ANDs, with parentheses. A slash is the old spelling of OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", re.sub(r"\s*/\s*", " OR ", expression))

    def term():
        token = tokens.pop(0)
        if token == "(":
            met = either()
            tokens.pop(0)
            return met
        if tokens[:1] == ["WITH"]:
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allowed

    def both():
        met = term()
        while tokens[:1] == ["AND"]:
            tokens.pop(0)
            met = term() and met
        return met

    def either():
        met = both()
        while tokens[:1] == ["OR"]:
            tokens.pop(0)
            met = both() or met
        return met

    return either() and not tokens


def differences(metadata, rules):
    banned_features = {entry["crate"]: set(entry["deny"]) for entry in rules["bans"]["features"]}
    features = {node["id"]: set(node["features"]) for node in metadata["resolve"]["nodes"]}
    allowed = set(rules["licenses"]["allow"])
    for package in metadata["packages"]:
        name = f"{package['name']} {package['version']}"
        for ban in rules["bans"]["deny"]:
            if is_banned(package, ban):
                yield f"{name} is banned: {ban['reason']}"
        used = features.get(package["id"], set()) & banned_features.get(package["name"], set())
        if used:
            yield f"{name} is built with {', '.join(sorted(used))}"
        if not package["license"]:
            yield f"{name} says no licence"
        elif not is_allowed(package["license"], allowed):
            yield f"{name}: licence {package['license']} is not allowed"
        if package["source"] and not package["source"].startswith("registry+"):
            yield f"{name} does not come from the registry"


def check_itself():
    """The rules must be able to say no."""
    allowed = {"MIT", "Zlib"}
    assert is_allowed("MIT/Apache-2.0", allowed) and is_allowed("(MIT OR GPL-3.0) AND Zlib", allowed)
    assert not is_allowed("MIT AND GPL-3.0", allowed) and not is_allowed("GPL-3.0 WITH Classpath-exception-2.0", allowed)
    ban = {"crate": "rustls@<0.23"}
    assert is_banned({"name": "rustls", "version": "0.20.9"}, ban)
    assert not is_banned({"name": "rustls", "version": "0.23.46"}, ban)


def main():
    check_itself()
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"]))
    found = list(differences(metadata, rules))
    for line in found:
        print(line)
    print(f"{len(metadata['packages'])} packages looked at, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
