# shellcheck shell=bash
# What the operator scripts share: messages, steps with durations, the unprivileged user that servers run as,
# directories that this user can reach, and the identity of processes. Sourced by the scripts, never run by itself.

# Decimal points, sort order and messages must not depend on the caller's language.
export LC_ALL=C.UTF-8

alforis_root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
script_name=tools/$(basename "$0")

# ---- messages ------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
warn() { printf '%s: warning: %s\n' "$script_name" "$*" >&2; }

# Ends the script; further arguments are lines that tell what can be done about it.
die() {
  printf '%s: error: %s\n' "$script_name" "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# A wrong call: exit code 2, as usual for them.
usage_error() {
  printf '%s: %s\nTry: %s --help\n' "$script_name" "$1" "$script_name" >&2
  exit 2
}

# Prints the comment at the top of the calling script, from line 2 to the first line that is no comment.
print_help() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"; }

# Complains if the option in front of the arguments has no value behind it: need_value "$@"
need_value() {
  if [ $# -lt 2 ] || [ -z "$2" ]; then usage_error "$1 needs a value"; fi
}

check_port() {
  if ! [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || [ "$2" -gt 65535 ]; then
    usage_error "$1 needs a number from 1 to 65535, not '$2'"
  fi
}

# ---- steps ---------------------------------------------------------------------------------------------------------

# Seconds with one decimal since a value of EPOCHREALTIME.
seconds_since() {
  local tenths=$(((${EPOCHREALTIME/./} - ${1/./}) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# Shows that a long step lives: its last line of output, every second on a terminal and twice a minute elsewhere. It
# ends with the script even when that is killed.
show_life() {
  local title=$1 log=$2 began=$3 line columns pause=30 never
  columns=$(tput cols 2>/dev/null || echo 80)
  [ ! -t 1 ] || pause=1
  # Waits at a pipe that nothing comes from, as a "sleep" would outlive us and keep the caller's files open.
  exec {never}<> <(:)
  while kill -0 $$ 2>/dev/null; do
    read -r -t "$pause" -u "$never" line || true
    line=$(tail -c 400 "$log" 2>/dev/null | tr -d '\000' | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 || true)
    line="   $(seconds_since "$began")  $line"
    if [ -t 1 ]; then printf '\r\033[K%s' "${line:0:columns-1}"; else say "   $title: ${line:0:160}"; fi
  done
}

# Runs a command with its output in a log file, says what it does and how long it took. When it fails, names the step,
# the log and its last lines, and ends the script:  run_step "build the server" build/log.txt ninja alforis
run_step() {
  local title=$1 log=$2 began=$EPOCHREALTIME code=0 life
  shift 2
  say "-> $title"
  mkdir -p "$(dirname "$log")"
  # A new file, never one that is there: root may log into directories where others can leave links.
  rm -f "$log"
  (set -C && : >"$log") || die "the log $log cannot be written"
  [ "$EUID" -ne 0 ] || chown --reference="$(dirname "$log")" "$log"
  # The command stays in the foreground: Ctrl-C does not reach background commands of a script.
  show_life "$title" "$log" "$began" 9<&- &
  life=$!
  # A subshell of its own keeps "set -e" working inside of functions, which "|| code=$?" would switch off.
  set +e
  (
    set -e
    "$@"
  ) >>"$log" 2>&1 </dev/null
  code=$?
  set -e
  kill "$life" 2>/dev/null || true
  wait "$life" 2>/dev/null || true
  [ ! -t 1 ] || printf '\r\033[K'
  [ $code -eq 0 ] || step_failed "$title" "$log" "exit code $code after $(seconds_since "$began")"
  say "   done in $(seconds_since "$began")"
}

step_failed() {
  printf '%s: error: the step "%s" failed: %s\n' "$script_name" "$1" "$3" >&2
  if [ -s "$2" ]; then
    # A compiler's story is long: what it complains of comes first.
    if [ "$(wc -l <"$2")" -gt 25 ] && grep -qE '^FAILED:|error:|^E: ' "$2"; then
      printf '  Complaints in it:\n' >&2
      grep -nE '^FAILED:|error:|^E: ' "$2" | head -n 8 | cut -c 1-240 | sed 's/^/  | /' >&2
    fi
    printf '  Last lines of %s:\n' "$2" >&2
    tail -n 25 "$2" | cut -c 1-400 | sed 's/^/  | /' >&2
  else
    printf '  Its log %s is empty.\n' "$2" >&2
  fi
  exit 1
}

# ---- who runs what -------------------------------------------------------------------------------------------------

# Chooses the user that servers run as, into run_user. PostgreSQL refuses to be root and an HTTP server has no reason to
# be. Root hands over to whoever owns the directory or the checkout (sudo in one's own clone leaves nothing that belongs
# to root), otherwise to a system user of our own: the package's user "postgres" would open the machine's other clusters
# to the HTTP server.
choose_user() {
  find_user "$1"
  run_as=(env -C /)
  [ "$EUID" -ne 0 ] || run_as=(setpriv --reuid="$run_user" --regid="$(id -g "$run_user")" --init-groups
    env -C / USER="$run_user" LOGNAME="$run_user" HOME=/)
}

find_user() {
  local candidate path=$1
  if [ "$EUID" -ne 0 ]; then
    run_user=$(id -un 2>/dev/null) || die "your user id $EUID has no name on this machine; PostgreSQL needs one" \
      "add it to /etc/passwd, or call this script as root"
    return
  fi
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  for candidate in "$path" "$alforis_root"; do
    run_user=$(stat -Lc %U "$candidate")
    case $run_user in root | UNKNOWN) ;; *) return ;; esac
  done
  run_user=alforis
  getent passwd "$run_user" >/dev/null && return
  say "-> create the system user $run_user (no password, no shell, no home): servers do not run as root"
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$run_user" ||
    die "the system user $run_user could not be created" "call this script as a user who is not root instead"
}

# Runs a program as run_user, in "/": the caller's directory may be closed to that user. Paths must be absolute.
# setpriv replaces itself by the program, so the process keeps its id and signals reach it; sudo and su may be missing.
as_user() { "${run_as[@]}" "$@"; }

# Replaces a file with what comes on stdin: whole or not at all, and for run_user's eyes only. Done as that user, so
# that root never follows a link somebody put there.
write_private() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  as_user sh -c 'umask 077; cat >"$1.new" && mv -f "$1.new" "$1"' sh "$1"
}

# Moves a log that has grown over 10 MB aside; one older one is kept.
rotate_log() {
  # shellcheck disable=SC2016
  as_user sh -c '[ ! -f "$1" ] || [ "$(stat -c %s "$1")" -lt 10485760 ] || mv -f "$1" "$1.1"' sh "$1"
}

# Makes a directory that run_user owns and can reach, and puts its real path into own_dir. When root keeps the checkout
# where others cannot go (/root is closed, say), the files go to /var/lib and the asked-for path becomes a link to them.
own_directory() {
  local asked real place made=
  asked=$(realpath -ms "$1")
  # var/ is one place: were it out of reach, all of it would have to move, not a folder of it.
  if [[ $asked == "$alforis_root"/var/* ]]; then own_directory "$alforis_root/var"; fi
  real=$(realpath -m "$asked")
  choose_user "$real"
  if [ ! -d "$real" ]; then
    mkdir -p "$real" 2>/dev/null || die "you may not make the directory $asked" "choose another one"
    made=yes
  fi
  if [ "$EUID" -eq 0 ] && [ "$(stat -c %U "$real")" != "$run_user" ]; then
    if [ -n "$made" ] || [ "$real" = "$alforis_root/var" ] || [ -z "$(ls -A "$real")" ]; then
      chown "$run_user:" "$real"
    else
      die "$asked belongs to $(stat -c %U "$real") and has files in it" "choose an empty directory or a new one"
    fi
  fi
  if ! as_user test -w "$real" -a -x "$real"; then
    [ "$EUID" -eq 0 ] || die "you may not write to $asked; it belongs to $(stat -c %U "$real")" \
      "call this script as that user or as root, or choose another directory"
    move_within_reach "$asked"
    real=$place
    say "   $asked is closed to the user $run_user: files go to $real, and $asked is a link to it"
  fi
  # shellcheck disable=SC2034  # the result, read by the callers
  own_dir=$real
}

move_within_reach() {
  local asked=$1
  place=/var/lib/alforis-$(printf '%s' "$asked" | sha256sum | cut -c1-12)
  rmdir "$asked" 2>/dev/null || die "the user $run_user cannot reach $asked, and it has files in it" \
    "move them away, or make every directory above it accessible: chmod o+x"
  if [ ! -d "$place" ]; then
    mkdir -m 755 "$place"
    chown "$run_user:" "$place"
  fi
  [ "$(stat -c %U "$place")" = "$run_user" ] || die "$place belongs to $(stat -c %U "$place"), not to $run_user"
  ln -s "$place" "$asked"
}

# ---- processes -----------------------------------------------------------------------------------------------------

# The identity of a process beyond its number, which the kernel gives out again: the boot and the tick it started at.
process_identity() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The name in parentheses may hold spaces; what follows the last one is state (field 3) … start time (field 22).
  # shellcheck disable=SC2086
  set -- "$1" ${stat##*) }
  [ "$2" != Z ] || return 1
  printf '%s %s %s' "$1" "${21}" "$(cat /proc/sys/kernel/random/boot_id)"
}

# Prints the id of the process that wrote a pid file if that very process is alive, otherwise fails.
process_of() {
  local recorded pid
  recorded=$(cat "$1" 2>/dev/null) || return 1
  pid=${recorded%% *}
  [[ $pid =~ ^[0-9]+$ ]] && [ "$(process_identity "$pid")" = "$recorded" ] && printf '%s' "$pid"
}

# Ends the process of a pid file: asks, waits up to so many seconds, then insists. The signals are sent as run_user, so
# that a pid file changed by that user cannot end anyone else's process.
end_process() {
  local file=$1 name=$2 patience=$3 pid began=$EPOCHREALTIME i
  if pid=$(process_of "$file"); then
    say "-> stop $name (process $pid)"
    as_user kill -TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < patience * 20; i++)); do
      process_of "$file" >/dev/null || break
      sleep 0.05
    done
    if process_of "$file" >/dev/null; then
      warn "$name did not stop within $patience s: killing process $pid"
      as_user kill -KILL "$pid" 2>/dev/null || true
      for ((i = 0; i < 100; i++)); do
        process_of "$file" >/dev/null || break
        sleep 0.05
      done
    fi
    say "   done in $(seconds_since "$began")"
  fi
  as_user rm -f "$file"
}

# Does anything listen on this port of 127.0.0.1?
port_taken() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Compilers at once: one for each core, fewer where memory is short, as one of them may take 1.2 GB.
build_jobs() {
  local cores fits
  cores=$(nproc)
  fits=$(awk '/^MemAvailable:/ { print int($2 / 1200000) }' /proc/meminfo)
  if [ "$fits" -lt 1 ]; then fits=1; fi
  if [ "$fits" -lt "$cores" ]; then say "$fits"; else say "$cores"; fi
}

# Files of a build belong to the checkout's owner, also when root builds.
as_builder() {
  local owner
  owner=$(stat -c %U "$alforis_root")
  if [ "$EUID" -eq 0 ] && [ "$owner" != root ] && [ "$owner" != UNKNOWN ]; then
    setpriv --reuid="$owner" --regid="$(id -g "$owner")" --init-groups \
      env HOME="$(getent passwd "$owner" | cut -d: -f6)" USER="$owner" "$@"
  else
    "$@"
  fi
}

# Configures a preset if need be and builds a target of it, or all:  build_preset release alforis
build_preset() {
  local preset=$1 target=${2:-all} build=$alforis_root/build/$1
  cd "$alforis_root"
  as_builder mkdir -p "$build"
  # Later changes of the CMake files are ninja's to notice; it does not know of the presets.
  if [ ! -f "$build/build.ninja" ] || [ CMakePresets.json -nt "$build/build.ninja" ]; then
    run_step "configure the $preset build" "$build/configure.log" as_builder cmake --preset "$preset"
  fi
  run_step "build $target for $preset" "$build/build.log" \
    as_builder cmake --build --preset "$preset" --target "$target" -j "$(build_jobs)"
}

# ---- small things --------------------------------------------------------------------------------------------------

# Letters and digits that cannot be mistaken for one another: 20 of them are 115 bits.
random_password() { head -c 1000 /dev/urandom | LC_ALL=C tr -dc 'A-HJ-NP-Za-km-z2-9' | cut -c1-20; }

# A path or password as part of a URI (RFC 3986); "/" stays readable.
uri_encode() {
  local LC_ALL=C text=$1 out='' i character
  for ((i = 0; i < ${#text}; i++)); do
    character=${text:i:1}
    case $character in
      [a-zA-Z0-9._~/-]) out+=$character ;;
      *) printf -v character '%%%02X' "'$character" && out+=$character ;;
    esac
  done
  printf '%s' "$out"
}
