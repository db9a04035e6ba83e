"""The c backend: native code through a C++ compiler."""
