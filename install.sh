#!/bin/sh
# Installs a release of bh: downloads the archive for this machine, checks it, and puts bh in a
# folder. It changes nothing else, and bh itself never looks for releases or calls home.
#
#   sh install.sh [--version 0.1.0] [--to DIR] [--provenance] [--commit SHA]
#
# The SHA-256 of the archive must be the one in the release's checksums.txt. With --provenance,
# gh must also prove that the release workflow of the repository built the archive from the tag,
# with --commit also from which commit. BH_INSTALL_URL names another folder with the files of a
# release. It must be https, except on this machine.
#
# It exits with 3 if there is no archive to download, with 4 if gh does not prove what was asked,
# and with 1 for everything else.
set -eu

version=0.1.0
repository=OWNER/buckethead

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

usage() {
  cat <<TEXT
Installs bh $version.

  sh install.sh [--version VERSION] [--to DIR] [--provenance] [--commit SHA]

  --version VERSION  another release than $version
  --to DIR           the folder (/usr/local/bin for root, otherwise ~/.local/bin)
  --provenance       also prove with gh who built the archive, and from which tag
  --commit SHA       the same, and that it was built from this commit
  --repository R     the repository of the release ($repository)

BH_INSTALL_URL names another folder with the archives and checksums.txt.
TEXT
}

# platform prints the end of the archive's name for this machine.
platform() {
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    MINGW* | MSYS* | CYGWIN*) os=windows ;;
    *) fail "there is no archive for $(uname -s). Build bh from source: go build ./cmd/bh" 3 ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no archive for $(uname -m). Build bh from source: go build ./cmd/bh" 3 ;;
  esac
  if [ "$os" = windows ]; then printf 'windows_%s.zip' "$arch"; else printf '%s_%s.tar.gz' "$os" "$arch"; fi
}

# check_url accepts https, and http to this machine alone.
check_url() {
  case $1 in
    https://?*) return ;;
    http://*) ;;
    *) fail "$1 is not an https URL" ;;
  esac
  host=${1#http://}
  host=${host%%[/?#]*}
  name=$host
  case $host in *:*) case ${host##*:} in '' | *[!0-9]*) ;; *) name=${host%:*} ;; esac ;; esac
  case $name in
    127.0.0.1 | localhost | '[::1]') ;;
    *) fail "$1 is not an https URL, and http is only for this machine" ;;
  esac
}

# download URL FILE downloads a file. curl follows redirects to https alone. wget cannot be told
# to, so with wget the https server that was asked decides.
download() {
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --proto '=https,http' --proto-redir '=https' --retry 2 --connect-timeout 20 \
      --speed-limit 1 --speed-time 30 --max-filesize 500000000 --output "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 30 -O "$2" "$1"
  else
    fail 'neither curl nor wget is installed'
  fi || fail "cannot download $1${3:-}" 3
}

# digest FILE prints the SHA-256 of a file.
digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1"
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r <"$1"
  else
    fail 'sha256sum, shasum or openssl is needed to check the archive'
  fi | cut -d ' ' -f 1
}

# expected prints what checksums.txt says of the archive.
expected() {
  sum=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/checksums.txt")
  [ -n "$sum" ] || fail "checksums.txt does not list $archive: there is no such archive in this release" 3
  case $sum in *[!0-9a-f]*) sum= ;; esac
  [ "${#sum}" -eq 64 ] || fail "checksums.txt has no usable line for $archive"
  printf '%s' "$sum"
}

# check_digest compares the archive with checksums.txt.
check_digest() {
  got=$(digest "$work/$archive")
  [ "$got" = "$want" ] || fail "$archive is not the one that was released: its SHA-256 is ${got:-unknown}, and checksums.txt says $want. Nothing was installed."
}

# check_provenance proves who built the archive. checksums.txt comes from the same place as the
# archive, so it only finds accidents; whoever can replace one can replace the other.
check_provenance() {
  command -v gh >/dev/null 2>&1 || fail 'gh is not installed, and only gh can prove who built the archive: https://cli.github.com' 4
  download "$url/provenance.sigstore.json" "$work/provenance.sigstore.json"
  set -- --repo "$repository" --signer-workflow "$repository/.github/workflows/release.yml" --source-ref "refs/tags/v$version" --deny-self-hosted-runners
  [ -z "$commit" ] || set -- "$@" --source-digest "$commit"
  gh attestation verify "$work/$archive" --bundle "$work/provenance.sigstore.json" "$@" >&2 ||
    fail "gh does not prove that $repository built $archive from ${commit:-the tag v$version}. Nothing was installed." 4
}

# unpack leaves bh, and nothing else of the archive, in the temporary folder.
unpack() {
  case $archive in
    *.zip) binary=bh.exe && unzip -q -d "$work" "$work/$archive" "$binary" ;;
    *) binary=bh && tar -xzf "$work/$archive" -C "$work" "$binary" ;;
  esac || fail "cannot unpack $archive"
  if [ -L "$work/$binary" ] || [ ! -f "$work/$binary" ]; then fail "the $binary in $archive is not a file"; fi
  chmod 755 "$work/$binary"
  said=$("$work/$binary" version) || fail "the bh in $archive does not run on this machine"
  [ "$said" = "bh $version" ] || fail "the bh in $archive says that it is $said, and not bh $version"
}

main() {
  to=
  provenance=no
  commit=
  while [ $# -gt 0 ]; do
    case $1 in
      --version | --to | --commit | --repository) [ -n "${2-}" ] || fail "$1 needs a value" ;;
    esac
    case $1 in
      --version) version=${2#v} && shift ;;
      --to) to=$2 && shift ;;
      --provenance) provenance=yes ;;
      --commit) provenance=yes && commit=$2 && shift ;;
      --repository) repository=$2 && shift ;;
      --help | -h) usage && exit ;;
      *) fail "there is no $1; --help lists what there is" ;;
    esac
    shift
  done
  case $version in *[!0-9A-Za-z.+-]* | [!0-9]*) fail "$version is not a version" ;; esac
  case $repository in *[!0-9A-Za-z._/-]* | */*/* | */ | /*) fail "$repository is not a repository" ;; */*) ;; *) fail "$repository is not a repository" ;; esac
  url=${BH_INSTALL_URL:-https://github.com/$repository/releases/download/v$version}
  case $url in https://github.com/OWNER/*) fail 'this copy does not name its repository: take install.sh from a release, or give --repository' ;; esac
  check_url "$url"
  url=${url%/}
  archive=bh_${version}_$(platform)
  if [ -z "$to" ]; then
    if [ "$(id -u)" -eq 0 ]; then to=/usr/local/bin; else to=$HOME/.local/bin; fi
  fi

  # bh is made ready beside its place, so that a rename puts it there whole.
  mkdir -p -- "$to" 2>/dev/null || fail "cannot make $to: name another folder with --to"
  to=$(cd -- "$to" && pwd)
  work=$(mktemp -d "$to/.bh-install.XXXXXX" 2>/dev/null) || fail "cannot write to $to: name another folder with --to"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  download "$url/checksums.txt" "$work/checksums.txt" ". Is there a release $version?"
  want=$(expected)
  download "$url/$archive" "$work/$archive"
  check_digest
  [ "$provenance" = no ] || check_provenance
  unpack
  [ ! -d "$to/$binary" ] || fail "$to/$binary is a folder"
  mv -f "$work/$binary" "$to/$binary"
  printf 'Installed bh %s as %s.\n' "$version" "$to/$binary"
  # shellcheck disable=SC2016 # it is for the reader's shell
  case :$PATH: in *:"$to":*) ;; *) printf 'To run it as bh: export PATH="%s:$PATH"\n' "$to" ;; esac
}

# The last line: a script that was cut off does nothing.
main "$@"
