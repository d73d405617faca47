# SPDX-License-Identifier: Apache-2.0
# bash completion for tidewaiter, written by `tidewaiter --print bash`
_tidewaiter()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'demo synth convert validate reconcile amend audit-data evaluate train assess explain criteria channel init import replay log station erase list cel --help --version' -- "$cur")
        return
    fi
    case ${COMP_WORDS[1]} in
    demo)
        words='--help --json --quiet --seed --declarations --keep --html'
        case $prev in
        --keep) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --html) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    synth)
        words='--help --json --quiet --world --seed --vary --declarations --months --start --out'
        case $prev in
        --world) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        esac
        ;;
    convert)
        words='--help --json --quiet --to --out --check-lossless --xsd --map --currency'
        case $prev in
        --out) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --xsd) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    validate)
        words='--help --json --quiet --xsd --rules --rules-max --at --map --currency'
        case $prev in
        --xsd) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rules) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    reconcile)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --declarations --mass-permille --mass-kg --memory'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --declarations) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    amend)
        words='--help --json --quiet --base --out --of-version --amendments --pointers'
        case $prev in
        --base) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        esac
        ;;
    audit-data)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --train --test --split --seed --html'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --train) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --test) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --html) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    evaluate)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --manifests --train --test --truth --split --de-minimis --duty-mix --seed --threads --scorers --without --closed-loop --budget --retrain-weeks --html'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --manifests) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --train) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --test) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --truth) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --html) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    train)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --manifests --out --de-minimis --duty-mix --seed --memory --threads --html'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --manifests) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --html) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    assess)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --manifests --model --criteria --signers --criteria-max --criteria-steps --criteria-examples --criteria-mib --condition-bytes --condition-depth --condition-list --lists --lists-max --list-entries --list-entry-bytes --list-memory --channels --duty-mix --de-minimis --memory --state --findings --selected --cancelled --key --seed --out --keys --no-reasons --full --station --signer'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --manifests) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --model) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --criteria) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --signers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --lists) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --channels) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --state) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --findings) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --selected) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --cancelled) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --key) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --keys) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --station) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        esac
        ;;
    explain)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --manifests --model --criteria --signers --criteria-max --criteria-steps --criteria-examples --criteria-mib --condition-bytes --condition-depth --condition-list --lists --lists-max --list-entries --list-entry-bytes --list-memory --channels --duty-mix --de-minimis --memory --state --findings --selected --cancelled --key --seed --id'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --manifests) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --model) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --criteria) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --signers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --lists) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --channels) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --state) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --findings) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --selected) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --cancelled) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --key) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    criteria)
        words='--help --json --quiet --over --out --as --to --at --map --currency --rates --tariff --rejects --manifests --model --criteria --signers --criteria-max --criteria-steps --criteria-examples --criteria-mib --condition-bytes --condition-depth --condition-list --lists --lists-max --list-entries --list-entry-bytes --list-memory --channels --duty-mix --de-minimis --memory --state --findings --selected --cancelled --key --seed'
        case $prev in
        --over) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --as) mapfile -t COMPREPLY < <(compgen -W 'author reviewer' -- "$cur"); return ;;
        --to) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --manifests) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --model) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --criteria) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --signers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --lists) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --channels) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --state) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --findings) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --selected) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --cancelled) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --key) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    channel)
        words='--help --json --quiet --at --findings --selected --cancelled --map --currency'
        case $prev in
        --findings) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --selected) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --cancelled) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    init)
        words='--help --json --quiet --signer'
        case $prev in
        esac
        ;;
    import)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --manifests --model --criteria --signers --criteria-max --criteria-steps --criteria-examples --criteria-mib --condition-bytes --condition-depth --condition-list --lists --lists-max --list-entries --list-entry-bytes --list-memory --channels --duty-mix --de-minimis --memory --station --findings --signer'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --manifests) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --model) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --criteria) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --signers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --lists) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --channels) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --station) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --findings) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    replay)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --model --criteria --signers --criteria-max --criteria-steps --criteria-examples --criteria-mib --condition-bytes --condition-depth --condition-list --lists --lists-max --list-entries --list-entry-bytes --list-memory --channels --duty-mix --de-minimis --memory --station --with --from --to --signer'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --model) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --criteria) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --signers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --lists) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --channels) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --station) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --with) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --from) mapfile -t COMPREPLY < <(compgen -W 'NUMBER DATE' -- "$cur"); return ;;
        --to) mapfile -t COMPREPLY < <(compgen -W 'NUMBER DATE' -- "$cur"); return ;;
        esac
        ;;
    log)
        words='--help --json --quiet --station --signer --url --policy --out --log-alone --from'
        case $prev in
        --station) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --policy) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    station)
        words='--help --json --quiet --station --keys --signer'
        case $prev in
        --station) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --keys) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    erase)
        words='--help --json --quiet --station --signer --find --reason --out --key --as --signers'
        case $prev in
        --station) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --find) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --key) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --as) mapfile -t COMPREPLY < <(compgen -W 'asker confirmer' -- "$cur"); return ;;
        --signers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    list)
        words='--help --json --quiet --map --currency --rates --tariff --rejects --name --declarations --at --lists-max --list-entries --list-entry-bytes --list-memory'
        case $prev in
        --map) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rates) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --tariff) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --declarations) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    cel)
        words='--help --json --quiet --with'
        case $prev in
        --with) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        esac
        ;;
    esac
    case $cur in
    -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    esac
}
complete -o filenames -F _tidewaiter tidewaiter
