/** Shells that a completion script is for. */
export const shells = ["bash", "zsh", "fish"] as const;

/**
 * Each script asks `bkcache __complete -- WORD...` with what stands in front of the cursor, the word at the cursor last, and
 * gets a line for each candidate, a description behind a tab, and `:files` or `:folders` where paths fit as well.
 * https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
 * https://zsh.sourceforge.io/Doc/Release/Completion-System.html https://fishshell.com/docs/current/completions.html
 */
export const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  // Works with bash 3.2, which macOS has: no mapfile, no compopt. COMP_WORDS has words split at = and :, COMP_LINE has not.
  bash: `# bash completion of bkcache
_bkcache() {
  local program=\${COMP_WORDS[0]/#\\~/$HOME} line=\${COMP_LINE:0:COMP_POINT} cur prefix= value text
  local -a words
  read -ra words <<< "$line"
  case $line in *[[:space:]]) words+=("") ;; esac
  [ "\${#words[@]}" -gt 1 ] || return 0
  cur=\${words[\${#words[@]}-1]}
  case $COMP_WORDBREAKS in
    *=*:* | *:*=*) prefix=\${cur%"\${cur##*[=:]}"} ;;
    *=*) prefix=\${cur%"\${cur##*=}"} ;;
    *:*) prefix=\${cur%"\${cur##*:}"} ;;
  esac
  COMPREPLY=()
  while IFS=$'\\t' read -r value text; do
    case $value in
      :files | :folders)
        compopt -o filenames 2>/dev/null
        local kind=-f path=\${cur#"$prefix"}
        case $cur in --*=*) path=\${cur#*=} ;; esac
        [ "$value" = :folders ] && kind=-d
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$kind" -- "$path" 2>/dev/null)
        ;;
      ?*) COMPREPLY+=("\${value#"$prefix"}") ;;
    esac
  done < <("$program" __complete -- "\${words[@]:1}" 2>/dev/null </dev/null)
}
complete -F _bkcache bkcache
`,
  zsh: `#compdef bkcache
_bkcache() {
  local line value text
  local -a values paths
  while IFS=$'\\t' read -r value text; do
    case $value in
      :files | :folders) paths+=($value) ;;
      ?*) values+=("\${value//:/\\\\:}\${text:+:$text}") ;;
    esac
  done < <(\${~words[1]} __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)
  (( $#values )) && _describe -t values 'bkcache' values
  if (( $#paths )); then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    if [[ $paths[1] == :folders ]]; then _files -/; else _files; fi
  fi
  return 0
}
if [[ $funcstack[1] == _bkcache ]]; then
  _bkcache "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i -D } 2>/dev/null
  (( $+functions[compdef] )) && compdef _bkcache bkcache
fi
`,
  fish: `# fish completion of bkcache
function __bkcache_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (command $words[1] __complete -- $words[2..-1] $current 2>/dev/null </dev/null)
    switch $line
      case ':files'
        string match -q -- '--*=*' $current; or __fish_complete_path $current
      case ':folders'
        string match -q -- '--*=*' $current; or __fish_complete_directories $current
      case '*'
        echo $line
    end
  end
end
complete -c bkcache -e
complete -c bkcache -f -a '(__bkcache_complete)'
`,
};
