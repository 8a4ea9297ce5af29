//! The nested objects of a registration request, decoded.
