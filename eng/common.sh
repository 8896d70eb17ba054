# Sourced by ./build, ./test, ./demo and bench/run: where things are, how to say things, how to get a package that is missing.
# Never starts a service and never changes anything outside the repository but installed packages.

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    colour=1 bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
    colour= bold='' dim='' red='' green='' yellow='' plain=''
fi

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "${yellow}$*${plain}" >&2; }
fail() {
    printf '%s\n' "${red}$*${plain}" >&2
    exit 1
}

require_dotnet() {
    command -v dotnet >/dev/null || fail "The .NET 10 SDK is needed (the command dotnet was not found)."
    case $(cd "$root" && dotnet --version 2>/dev/null) in
        10.*) ;;
        *) fail "The .NET 10 SDK is needed; dotnet --version says: $(cd "$root" && dotnet --version 2>&1 | head -1)" ;;
    esac
}

# need COMMAND:PACKAGE...  Installs the packages whose command (or file, by its whole path) is missing. Returns 1, after saying what is missing, when it cannot;
# the caller decides whether that is a skip or an end.
need() {
    local pair missing=() commands=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || [ -x "/usr/sbin/${pair%%:*}" ] || [[ ${pair%%:*} == /* && -e ${pair%%:*} ]] || {
            missing+=("${pair#*:}")
            commands+=("${pair%%:*}")
        }
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        warn "Missing and not installable here (needs root and apt-get): ${commands[*]} (Debian: ${missing[*]})"
        return 1
    fi
    say "Installing ${missing[*]}"
    local log policy=/usr/sbin/policy-rc.d guarded=1
    log=$(mktemp)
    # No package may start its service: invoke-rc.d(8) asks this.
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && guarded=0; }
    if { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } \
        >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        [ $guarded -ne 0 ] || rm -f "$policy"
        return 0
    fi
    [ $guarded -ne 0 ] || rm -f "$policy"
    warn "apt-get could not install ${missing[*]}:"
    tail -5 "$log" >&2
    rm -f "$log"
    return 1
}

# Removes namespaces (klab<pid>-...) of lab programs that are no more, with the processes that still run in them.
sweep_namespaces() {
    local path name owner process
    for path in /run/netns/klab*; do
        [ -e "$path" ] || continue
        name=${path##*/} owner=${name#klab}
        owner=${owner%%-*}
        [ -d "/proc/$owner" ] && continue
        for process in $(ip netns pids "$name" 2>/dev/null); do
            kill -KILL "$process" 2>/dev/null
        done
        ip netns del "$name" 2>/dev/null
    done
    return 0
}
