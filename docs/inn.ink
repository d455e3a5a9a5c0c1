# title: The Inn
VAR visits = 0
It rains, and the inn has one light left.
* Go in
  ~ visits++
  Warm at last. # ending: warm
  { visits > 1:
      The landlord remembers you.
  }
  -> END
* Go on
  The road forks.
  * * Left
      Mud, and more mud. # ending: lost
      -> END
  * * Right
      A lamp in your own window. # ending: home
      -> END
