// Completion scripts: each shell's script walks the words before the cursor to the command that
// they name, and offers that command's subcommands and options; else files.
#include "gateway/cli/command_model.h"

namespace keyturn::cli {
namespace {

// For any of the three shells, within single quotes.
std::string quoted_once(std::string_view text, std::string_view inner_quote) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += inner_quote;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string shell_quoted(std::string_view text) { return quoted_once(text, "'\\''"); }
std::string fish_quoted(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled += c == '\\' ? "\\\\" : std::string(1, c);
  return quoted_once(doubled, "\\'");
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

// The commands below the root, as patterns of a `case`.
std::string paths_pattern(const std::vector<CommandAt>& commands, std::string_view between) {
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < commands.size(); ++i) paths.push_back("'" + commands[i].path + "'");
  return joined(paths, between);
}

std::vector<std::string> offered(const CommandModel& command) {
  std::vector<std::string> out;
  for (const CommandModel& sub : command.commands) out.push_back(sub.name);
  for (const OptionModel& option : command.options) {
    const auto& words = option.positional ? option.choices : option.names;
    out.insert(out.end(), words.begin(), words.end());
  }
  return out;
}

std::string bash_script(const std::vector<CommandAt>& commands) {
  std::string out =
      "# bash completion of keyturn; made by `keyturn completion bash`.\n"
      "_keyturn() {\n"
      "  local at=keyturn i options='' valued=''\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$at ${COMP_WORDS[i]}\" in\n"
      "      " +
      paths_pattern(commands, " | ") +
      ") at=\"$at ${COMP_WORDS[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case $at in\n";
  for (const CommandAt& one : commands) {
    std::vector<std::string> valued;
    for (const OptionModel& option : one.command->options) {
      if (option.positional || !option.takes_value) continue;
      valued.insert(valued.end(), option.names.begin(), option.names.end());
    }
    out += "    '" + one.path + "')\n      options='" + joined(offered(*one.command), " ") + "'\n";
    if (!valued.empty()) out += "      valued=' " + joined(valued, " ") + " '\n";
    out += "      ;;\n";
  }
  return out +
         "  esac\n"
         "  COMPREPLY=()\n"
         "  # The value of an option is a file, if anything that we know: bash completes those.\n"
         "  if [[ $valued == *\" ${COMP_WORDS[COMP_CWORD - 1]} \"* ]]; then return; fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "complete -o default -F _keyturn keyturn\n";
}

// `name:what` for _describe; a colon in the name would end it.
std::string described(std::string_view name, std::string_view what) {
  std::string out;
  for (const char c : name) out += c == ':' ? "\\:" : std::string(1, c);
  return shell_quoted(out + ":" + std::string(what));
}

std::string zsh_script(const std::vector<CommandAt>& commands) {
  std::string out =
      "#compdef keyturn\n"
      "# zsh completion of keyturn; made by `keyturn completion zsh`.\n"
      "_keyturn() {\n"
      "  local at=keyturn i\n"
      "  local -a commands options\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    case \"$at ${words[i]}\" in\n"
      "      " +
      paths_pattern(commands, " | ") +
      ") at=\"$at ${words[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case $at in\n";
  for (const CommandAt& one : commands) {
    out += "    '" + one.path + "')\n      commands=(";
    for (const CommandModel& sub : one.command->commands) {
      out += "\n        " + described(sub.name, sub.what);
    }
    for (const OptionModel& option : one.command->options) {
      for (const std::string& choice : option.choices) {
        out += "\n        " + described(choice, option.what);
      }
    }
    out += ")\n      options=(";
    for (const OptionModel& option : one.command->options) {
      if (option.positional) continue;
      for (const std::string& name : option.names) {
        out += "\n        " + described(name, option.what);
      }
    }
    out += ")\n      ;;\n";
  }
  return out +
         "  esac\n"
         "  if [[ ${words[CURRENT]} == -* ]]; then\n"
         "    _describe -o option options\n"
         "  elif ((${#commands})); then\n"
         "    _describe command commands\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "if [[ ${funcstack[1]} == _keyturn ]]; then\n"
         "  _keyturn \"$@\"\n"
         "else\n"
         "  compdef _keyturn keyturn\n"
         "fi\n";
}

std::string fish_script(const std::vector<CommandAt>& commands) {
  std::string out =
      "# fish completion of keyturn; made by `keyturn completion fish`.\n"
      "function __keyturn_at\n"
      "  set -l at keyturn\n"
      "  set -l typed (commandline -opc)\n"
      "  for word in $typed[2..-1]\n"
      "    switch \"$at $word\"\n"
      "      case " +
      paths_pattern(commands, " ") +
      "\n"
      "        set at \"$at $word\"\n"
      "    end\n"
      "  end\n"
      "  test \"$at\" = \"$argv\"\n"
      "end\n";
  for (const CommandAt& one : commands) {
    const std::string at = "complete -c keyturn -n " + fish_quoted("__keyturn_at " + one.path);
    for (const CommandModel& sub : one.command->commands) {
      out += at + " -f -a " + sub.name + " -d " + fish_quoted(sub.what) + "\n";
    }
    for (const OptionModel& option : one.command->options) {
      for (const std::string& choice : option.choices) out += at + " -f -a " + choice + "\n";
      if (option.positional) continue;
      for (const std::string& name : option.names) {
        const bool is_long = name.substr(0, 2) == "--";
        out += at + (is_long ? " -l " + name.substr(2) : " -s " + name.substr(1)) +
               (option.takes_value ? " -r" : "") + " -d " + fish_quoted(option.what) + "\n";
      }
    }
  }
  return out;
}

void collect(const CommandModel& command, const std::string& path, std::vector<CommandAt>& out) {
  out.push_back({path, &command});
  for (const CommandModel& sub : command.commands) collect(sub, path + " " + sub.name, out);
}

}  // namespace

const CommandModel* CommandModel::find(std::string_view command) const {
  for (const CommandModel& one : commands) {
    if (one.name == command) return &one;
  }
  return nullptr;
}

std::vector<CommandAt> all_commands(const CommandModel& root) {
  std::vector<CommandAt> out;
  collect(root, root.name, out);
  return out;
}

std::string completion_script(const CommandModel& root, std::string_view shell) {
  const std::vector<CommandAt> commands = all_commands(root);
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  return {};
}

}  // namespace keyturn::cli
