# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of reboot, poweroff, halt and shutdown, where these are names of swinit, for bash 4 and later.

_swinit_power() {
  local current=${COMP_WORDS[COMP_CWORD]} words
  if [[ ${COMP_WORDS[0]##*/} == shutdown ]]; then
    words='now +1 +5 +15 -r -h -P -H -k -c --reboot --poweroff --halt --no-wall --help --version'
  else
    [[ ${COMP_WORDS[COMP_CWORD - 1]} == -d ]] && words='5s 10s 1m' ||
      words='-f -ff -n -p -d -w --force --no-sync --poweroff --halt --reboot --wtmp-only --no-wtmp --no-wall --help --version'
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _swinit_power reboot poweroff halt shutdown
