# SPDX-License-Identifier: Apache-2.0
# Completion of swinit for fish.

set -g __swinit_with_value --rewrite --signal-target --exit-map --drain --kill-after --grace --user --chdir --env --console --cmdline \
    --pdeathsig --pre --post --control-group --heartbeat

# The words behind swinit's own options: the command and its arguments. Status 1 while there are none.
function __swinit_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '--*=*'
                set -e words[1]
            case '-?*'
                contains -- $words[1] $__swinit_with_value
                and set -e words[1]
                set -e words[1]
            case '*'
                break
        end
    end
    set -q words[1]
    or return 1
    printf '%s\n' $words
end

function __swinit_at_options
    not __swinit_command >/dev/null
    and not contains -- -- (commandline -opc)
end

function __swinit_complete_command
    set -l words (__swinit_command)
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

set -l signals HUP INT QUIT ABRT USR1 USR2 PIPE ALRM TERM CONT TSTP TTIN TTOU WINCH PWR RTMIN RTMIN+3 RTMAX

complete -c swinit -f
complete -c swinit -n __swinit_command -a '(__swinit_complete_command)'
complete -c swinit -n 'not __swinit_command' -a '(__fish_complete_command)'
complete -c swinit -n __swinit_at_options -l rewrite -x -d 'Forward a signal as another one' -a "$(string join ' ' -- $signals:)"
complete -c swinit -n __swinit_at_options -l signal-target -x -d 'Who gets the signals' -a 'child group'
complete -c swinit -n __swinit_at_options -l exit-map -x -d 'Exit with another code' -a '143:0 130:0 137:0'
complete -c swinit -n __swinit_at_options -l drain -x -d 'Hold the first TERM back' -a '1s 5s 10s 30s 1m'
complete -c swinit -n __swinit_at_options -l kill-after -x -d 'KILL the command this time after TERM' -a '5s 10s 30s 1m infinity'
complete -c swinit -n __swinit_at_options -l grace -x -d 'From TERM to KILL for what is left' -a '0 1s 5s 10s 30s infinity'
complete -c swinit -n __swinit_at_options -l user -x -d 'Run the command as this user' -a '(__fish_complete_users)'
complete -c swinit -n __swinit_at_options -l chdir -x -d 'Run the command in this directory' -a '(__fish_complete_directories)'
complete -c swinit -n __swinit_at_options -l env -x -d 'Set a variable of the command' -a '(set -xn | string replace -r "\$" =)'
complete -c swinit -n __swinit_at_options -l console -r -F -d 'Open this on descriptors 0 to 2'
complete -c swinit -n __swinit_at_options -l cmdline -x -d 'Kernel command line for the init chain'
complete -c swinit -n __swinit_at_options -l pdeathsig -x -d 'Get this signal when the parent ends' -a "$signals"
complete -c swinit -n __swinit_at_options -l pre -x -d 'Run this before the command' -a '(__fish_complete_command)'
complete -c swinit -n __swinit_at_options -l post -x -d 'Run this when all has ended' -a '(__fish_complete_command)'
complete -c swinit -n __swinit_at_options -l control-group -x -d 'Who else may use swctl' -a '(__fish_complete_groups)'
complete -c swinit -n __swinit_at_options -l heartbeat -x -d 'KILL a kthreadd that has not answered for this time' -a '2s 10s 1m infinity'
complete -c swinit -n __swinit_at_options -s S -l supervise -d 'Start kthreadd, which supervises workers'
complete -c swinit -n __swinit_at_options -l report -d 'One line of JSON at the end'
complete -c swinit -n __swinit_at_options -s v -l verbose -d 'Say what is done'
complete -c swinit -n __swinit_at_options -s h -l help -d 'Show the usage'
complete -c swinit -n __swinit_at_options -s V -l version -d 'Show the version'
