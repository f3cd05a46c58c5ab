/// Where the models and accelerators of a command line come from.
#pragma once

#include <string>
#include <vector>

#include "options.hpp"

namespace planner {

/// A model of the catalog, or of a configuration file: any name with a '/' or that ends in ".json".
/// A file hf_quant_config.json beside it is read too. Adds to `notes` what the file says that is
/// not priced. Throws bad_input.
shardline::model find_model(const std::string& option, const std::string& name,
                            std::vector<std::string>& notes);

/// An accelerator of the catalog. Throws bad_input.
shardline::accelerator find_accelerator(const std::string& option, const std::string& name);

}  // namespace planner
