// Man pages, in roff with the man macros.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "gateway/cli/command_model.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/version.h"
#include "gateway/world/files.h"

namespace keyturn::cli {
namespace {

// A character beyond ASCII, by its number: roff reads bytes. `text` begins with its first byte, and
// is UTF-8, since it stands in our own sources.
std::string roff_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  unsigned number = byte(0) & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) number = number << 6 | (byte(i) & 0x3Fu);
  text.remove_prefix(size);
  char escape[16];
  std::snprintf(escape, sizeof escape, "\\[u%04X]", number);
  return escape;
}

// Text that roff prints as it stands: no escape, no control line, and hyphens that can be searched.
std::string roff(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      out += roff_character(text);
      continue;
    }
    text.remove_prefix(1);
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\n') {
      out += ' ';
    } else {
      if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string dashed(std::string path) {
  for (char& c : path) c = c == ' ' ? '-' : c;
  return path;
}

// `--key` takes a `key`; a positional one is named by itself.
std::string value_name(const OptionModel& option) {
  const std::string& name = option.names.front();
  return option.positional ? name : name.substr(name.find_first_not_of('-'));
}

std::string in_synopsis(const OptionModel& option) {
  std::string out = option.positional ? italic(value_name(option)) : bold(option.names.front());
  if (!option.positional && option.takes_value) out += " " + italic(value_name(option));
  if (!option.required) out = "[" + out + "]";
  return option.repeats ? out + " .\\|.\\|." : out;
}

std::string names_of(const OptionModel& option) {
  if (option.positional) return italic(value_name(option));
  std::string out;
  for (const std::string& name : option.names) out += (out.empty() ? "" : ", ") + bold(name);
  if (option.takes_value) out += " " + italic(value_name(option));
  return out;
}

std::string options_section(const CommandModel& command) {
  std::string out = command.options.empty() ? "" : ".SH OPTIONS\n";
  for (const OptionModel& option : command.options) {
    out += ".TP\n" + names_of(option) + "\n" + roff(option.what) + "\n";
    if (!option.choices.empty()) {
      out += "One of:";
      for (const std::string& choice : option.choices) out += " " + bold(choice);
      out += "\n";
    }
    if (option.required) out += "Required.\n";
    if (!option.default_value.empty()) out += "Default: " + bold(option.default_value) + "\n";
    if (!option.environment.empty()) out += "Environment: " + bold(option.environment) + "\n";
  }
  return out;
}

std::string commands_section(const CommandModel& command, const std::string& path) {
  std::string out = command.commands.empty() ? "" : ".SH COMMANDS\n";
  for (const CommandModel& sub : command.commands) {
    out += ".TP\n" + bold(sub.name) + "\n" + roff(sub.what) + ": see " +
           bold(dashed(path + " " + sub.name)) + "(1)\n";
  }
  return out;
}

}  // namespace

std::string man_page(const CommandModel& root, const std::vector<std::string>& path) {
  const CommandModel* command = &root;
  std::string words = root.name, above;
  for (const std::string& word : path) {
    command = command->find(word);
    if (command == nullptr) return {};
    above = words;
    words += " " + word;
  }
  std::string out = "." + std::string("\\\" Made by `keyturn man`.\n");
  out += ".TH \"" + roff(dashed(words)) + "\" 1 \"\" \"keyturn " + roff(version()) +
         "\" \"Keyturn\"\n.nh\n.ad l\n";
  out += ".SH NAME\n" + roff(dashed(words)) + " \\- " + roff(command->what) + "\n";
  out += ".SH SYNOPSIS\n" + bold(words);
  for (const OptionModel& option : command->options) {
    if (!option.positional) out += "\n" + in_synopsis(option);
  }
  for (const OptionModel& option : command->options) {
    if (option.positional) out += "\n" + in_synopsis(option);
  }
  if (!command->commands.empty()) out += "\n" + italic("command") + " .\\|.\\|.";
  out += "\n" + commands_section(*command, words) + options_section(*command);
  out +=
      ".SH EXIT STATUS\n"
      "0: done. 1: refused, or something was found. 2: it could not be asked: bad input, no "
      "connection.\n";
  if (!above.empty()) out += ".SH SEE ALSO\n" + bold(dashed(above)) + "(1)\n";
  return out;
}

namespace {

std::vector<std::string> words_of(std::string_view path) {
  std::vector<std::string> words;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(' '), path.size());
    words.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return words;
}

}  // namespace

int man(const CommandModel& root, const Man& options) {
  if (options.folder.empty()) {
    const std::string page = man_page(root, options.command);
    return page.empty() ? fail("there is no such command; `keyturn man` lists them") : print(page);
  }
  if (!options.command.empty()) return fail("name one command, or `--all`, not both");
  for (const CommandAt& one : all_commands(root)) {
    std::vector<std::string> words = words_of(one.path);
    words.erase(words.begin());
    const auto file = std::filesystem::path(options.folder) / (dashed(one.path) + ".1");
    const auto written = write_file_atomically(file, man_page(root, words), 0644, Durable::no);
    if (!written.ok()) return fail(written.error());
  }
  return 0;
}

}  // namespace keyturn::cli
