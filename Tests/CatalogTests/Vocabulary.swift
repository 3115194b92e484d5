import OCI

/// In these tests a tag is the vocabulary's, not one of swift-testing.
typealias Tag = OCI.Tag
