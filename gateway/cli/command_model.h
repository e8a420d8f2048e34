// The command line as plain values: what app.cc knows of it, told without CLI11. Completion scripts
// and man pages are made of it, so they cannot differ from what the program reads. Thread rule:
// plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keyturn::cli {

struct OptionModel {
  std::vector<std::string> names;  // `--json`; of a positional one its name alone
  bool positional = false;
  bool takes_value = false;
  bool required = false;
  bool repeats = false;
  std::string what;
  std::string default_value;         // empty: none
  std::string environment;           // the variable that stands for it; empty: none
  std::vector<std::string> choices;  // all that it may be; empty: anything
};

struct CommandModel {
  std::string name;
  std::string what;
  std::vector<OptionModel> options;
  std::vector<CommandModel> commands;

  const CommandModel* find(std::string_view command) const;
};

// For `bash`, `zsh` or `fish`; empty for any other shell.
std::string completion_script(const CommandModel& root, std::string_view shell);

// The page of the command at `path` below `root` (itself where `path` is empty), as roff with the
// man macros. Empty: there is no such command.
std::string man_page(const CommandModel& root, const std::vector<std::string>& path);

// `keyturn charter check` and what it is, for every command below `root`, and for `root`.
struct CommandAt {
  std::string path;
  const CommandModel* command;
};
std::vector<CommandAt> all_commands(const CommandModel& root);

}  // namespace keyturn::cli
