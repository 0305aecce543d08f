/** `greenlane completion`: shell completion made from the commands themselves. */
import { Argument, type Command } from "commander";
import { laneFields } from "../config/describe.ts";

type Shell = "bash" | "zsh" | "fish";

interface Word {
  readonly path: string;
  readonly words: readonly string[];
}

/** Every command with the words that may follow it. */
function table(program: Command): Word[] {
  const walk = (command: Command, path: string): Word[] => {
    const words = [
      ...command.commands.map((child) => child.name()),
      ...command.options.flatMap((option) => (option.long === null || option.long === undefined ? [] : [option.long])),
      ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
      ...(path === "config set" ? laneFields().map((field) => field.path) : []),
    ];
    return [
      { path, words },
      ...command.commands.flatMap((child) => walk(child, path === "" ? child.name() : `${path} ${child.name()}`)),
    ];
  };
  return walk(program, "");
}

function script(shell: Shell, program: Command): string {
  const words = table(program);
  if (shell === "fish") {
    const lines = words.flatMap(({ path, words: next }) => {
      const parts = path === "" ? [] : path.split(" ");
      const condition =
        parts.length === 0
          ? "__fish_use_subcommand"
          : parts.map((part) => `__fish_seen_subcommand_from ${part}`).join("; and ");
      return next.map(
        (word) =>
          `complete -c greenlane -n '${condition}' ${word.startsWith("--") ? `-l ${word.slice(2)}` : `-a '${word}'`}`,
      );
    });
    return `complete -c greenlane -f\n${lines.join("\n")}\n`;
  }
  const cases = words.map(({ path, words: next }) => `    "${path}") words="${next.join(" ")}" ;;`).join("\n");
  const body = `_greenlane() {
  local words="" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${words
      .map(({ path }) => path.split(" ").at(-1))
      .filter((name) => name !== "")
      .join(" ")} " in *" $word "*) path="\${path:+$path }$word" ;; esac ;; esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _greenlane greenlane
`;
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${body}` : body;
}

/** Adds the command. */
export function register(program: Command): void {
  program
    .command("completion")
    .description("print a completion script for your shell")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      "\nExamples:\n  greenlane completion bash > /etc/bash_completion.d/greenlane\n  greenlane completion fish > ~/.config/fish/completions/greenlane.fish",
    )
    .action((shell: Shell) => void process.stdout.write(script(shell, program)));
}
