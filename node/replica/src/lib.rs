//! What one trading node's cell replicates: venue, mailbox and epochs bound together.
