"""What every app stands on and no app owns: errors, tenancy, jobs and events on commit, logging, paging.

No models of its own. It promises that work leaves a transaction only once it is committed, that a
workspace's rows are seen only inside `in_workspace`, and that errors reach people as plain sentences.
"""
