//! Protobuf, REST bodies and problem details.
