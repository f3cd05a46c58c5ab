// SPDX-License-Identifier: BSL-1.0
/// Where the models and accelerators of a command line come from.
#pragma once

#include <string>
#include <vector>

#include "options.hpp"

namespace planner {

/// What --model may be.
const char* model_description() noexcept;

/// A model of a JSON file of its own fields (io/model_file.hpp). Throws bad_input.
shardline::model read_model_spec(const std::string& option, const std::string& name);

/// A model of the catalog, or of a configuration file or of a folder that has one: any name with a
/// '/', that ends in ".json", or of something that is there. Files hf_quant_config.json and
/// model.safetensors.index.json beside it are read too. Adds to `notes` what the file says that is
/// not priced. Throws bad_input.
shardline::model find_model(const std::string& option, const std::string& name,
                            std::vector<std::string>& notes);

/// An accelerator of the catalog, or of a JSON file (io/accelerator_file.hpp). Throws bad_input.
shardline::accelerator find_accelerator(const std::string& option, const std::string& name);

/// Sets a figure of an accelerator: "memory=8e10". Throws bad_input.
void set_figure(const std::string& option, const std::string& text, shardline::accelerator& a);

}  // namespace planner
