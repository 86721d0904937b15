#!/bin/sh
# Runs one command as a user without rights, in namespaces and under a root directory of its own, where only what is
# named here can be seen. docs/adr/0013 says why it is made this way.
#
#   enter.sh supervise WAY NETWORK ROOT WORK OWNER DIRECTORY MOUNT... -- COMMAND...
#
#   WAY        root: this runs as root, the command as nobody. user: this runs as anybody, who makes a user namespace
#   NETWORK    network: the machine's. none: not even a loopback interface that is up
#   ROOT       an empty directory, on which the new root is mounted
#   WORK       the directory that the command may write; it is the owner's again when the command has ended
#   OWNER      uid:gid of whom WORK belongs to
#   DIRECTORY  where the command starts
#   MOUNT      bind SOURCE PATH | link TARGET PATH | hide - PATH; a parent before what lies in it
#
# When standard input ends, so does everything in here.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022
NOBODY=65534

# Starts the namespaces, waits for them, and ends them when standard input does. Stays outside.
supervise() {
  exec 3<&0 </dev/null
  new="--mount --pid --ipc --uts --fork --kill-child=KILL --propagation private"
  if [ "$2" = none ]; then new="$new --net"; fi
  if [ "$1" = root ]; then
    chown -R -h -P "$NOBODY:$NOBODY" -- "$4"
  else
    new="$new --user --map-root-user"
  fi
  # shellcheck disable=SC2086 # Several words on purpose.
  setpriv --pdeathsig KILL -- unshare $new -- /bin/sh "$0" enter "$@" 3<&- &
  child=$!
  (
    while read -r _; do :; done
    # The namespace's first process: everything in it is gone when it is, and `unshare` waits for it.
    read -r first <"/proc/$child/task/$child/children" || :
    kill -KILL ${first:-$child}
  ) <&3 3<&- >/dev/null 2>&1 &
  lifeline=$!
  exec 3<&-
  status=0
  wait "$child" || status=$?
  kill -KILL "$lifeline" 2>/dev/null || :
  # Nothing runs in here any more, so nobody can put a link in the place of a file; links themselves are not followed.
  if [ "$1" = root ]; then chown -R -h -P "$5" -- "$4"; fi
  chmod -R u+rwX,a-s -- "$4"
  exit "$status"
}

# The first process of the namespaces: makes the new root, lets the command run there, and takes all with it at its end.
enter() {
  way=$1 root=$3 work=$4 directory=$6
  shift 6
  mount -t tmpfs -o nosuid,mode=755,size=16m sandbox "$root"
  cd "$root"
  mkdir -p proc dev/shm .old
  mount -t proc -o nosuid,nodev,noexec proc proc
  # Before it is made read-only: the command's own user namespace is the last one.
  if [ "$way" = user ]; then echo 1 >proc/sys/user/max_user_namespaces; fi
  for setting in sys sysrq-trigger irq bus; do
    if [ -e "proc/$setting" ]; then mount --bind "proc/$setting" "proc/$setting"; fi
  done
  for node in null zero full random urandom; do
    : >"dev/$node"
    mount --bind "/dev/$node" "dev/$node"
  done
  mount -t tmpfs -o nosuid,nodev,mode=1777,size=64m shm dev/shm
  ln -s /proc/self/fd dev/fd
  ln -s fd/0 dev/stdin
  ln -s fd/1 dev/stdout
  ln -s fd/2 dev/stderr
  while [ "$1" != -- ]; do
    mkdir -p ".${3%/*}"
    case $1 in
    bind)
      if [ -d "$2" ]; then mkdir -p ".$3"; elif [ ! -e ".$3" ]; then : >".$3"; fi
      mount --rbind "$2" ".$3"
      ;;
    hide) mkdir -p ".$3" && mount -t tmpfs -o nosuid,nodev,mode=755,size=1m hidden ".$3" ;;
    link) ln -s "$2" ".$3" ;;
    esac
    shift 3
  done
  shift

  pivot_root . .old
  cd /
  umount -l .old
  rmdir .old
  close_mounts "$work"

  cd "$directory"
  status=0
  if [ "$way" = root ]; then
    setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- \
      "$@" || status=$?
  else
    unshare --user --map-user=1000 --map-group=1000 --keep-caps -- \
      setpriv --no-new-privs --bounding-set=-all --ambient-caps=-all --inh-caps=-all -- "$@" || status=$?
  fi
  exit "$status"
}

# Makes every mount read-only, but for the work directory and what is temporary; none has set-user-id programs or devices.
close_mounts() {
  mounts=$(cat /proc/self/mountinfo)
  while read -r _ _ _ _ at flags _; do
    at=$(printf '%b.' "$at")
    at=${at%.}
    case $at in
    /dev/null | /dev/zero | /dev/full | /dev/random | /dev/urandom) continue ;;
    /proc | /tmp | /dev/shm | "$1") access=rw ;;
    *) access=ro ;;
    esac
    mount -o "remount,bind${flags#r?},nosuid,nodev,$access" "$at"
  done <<-END
	$mounts
	END
}

stage=$1
shift
"$stage" "$@"
