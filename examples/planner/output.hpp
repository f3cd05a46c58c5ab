// SPDX-License-Identifier: BSL-1.0
/// Standard output, every byte of which arrives or is missed: a full disk, a closed pipe and a
/// closed descriptor are errors, not silence.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace planner {

/// Standard output that cannot be written, and why: one line for the user.
struct unwritten {
  std::string line;
};

/// Lets a pipe that nobody reads be an error of writing, which is reported, in place of a signal
/// that ends the program. Called once, before anything is printed.
void expect_closed_pipes() noexcept;

/// Throws unwritten, at once or when a later text or finish_output() finds it out.
void write(std::string_view text);

/// The same of a formatted text.
template <class... Values>
void print(fmt::format_string<Values...> format, Values&&... values) {
  write(fmt::format(format, std::forward<Values>(values)...));
}

/// Writes a file that an option names. Throws unwritten where it cannot.
void save_file(std::string_view option, const std::string& path, std::string_view text);

/// Sends off what is still held back. Throws unwritten.
void send_output();

/// The same, and closes standard output. Throws unwritten.
void finish_output();

}  // namespace planner
