"""Mail: invitations and one-time codes, by SMTP or, without SMTP, into an outbox to look at.

`letters` says what is to be written, `postman` when it is sent and how often it is tried,
`smtp` and `outbox` are the two ways it can leave the server.
"""
