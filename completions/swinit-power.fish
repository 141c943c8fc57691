# SPDX-License-Identifier: Apache-2.0
# Completion of reboot, poweroff, halt and shutdown, where these are names of swinit, for fish.

for name in reboot poweroff halt
    complete -c $name -f
    complete -c $name -s f -l force -d 'Wait for no process; twice: without PID 1'
    complete -c $name -s n -l no-sync -d 'Write no buffers before'
    complete -c $name -s p -l poweroff -d 'halt: turn the machine off'
    complete -c $name -l halt -d 'Stop the machine'
    complete -c $name -l reboot -d 'Restart the machine'
    complete -c $name -s d -x -d 'Wait before' -a '5s 10s 1m'
    complete -c $name -s w -l wtmp-only -d 'Do nothing'
    complete -c $name -l no-wtmp -d Accepted
    complete -c $name -l no-wall -d Accepted
    complete -c $name -l help -d 'Show the usage'
    complete -c $name -l version -d 'Show the version'
end

complete -c shutdown -f -a 'now +1 +5 +15'
complete -c shutdown -s P -l poweroff -d 'Turn the machine off'
complete -c shutdown -s h -d 'Turn the machine off'
complete -c shutdown -s H -l halt -d 'Stop the machine'
complete -c shutdown -s r -l reboot -d 'Restart the machine'
complete -c shutdown -s k -d 'Only warn'
complete -c shutdown -s c -d 'Cancel the shutdown that waits'
complete -c shutdown -l no-wall -d 'Warn nobody'
complete -c shutdown -l help -d 'Show the usage'
complete -c shutdown -l version -d 'Show the version'
